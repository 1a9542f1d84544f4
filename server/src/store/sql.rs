//! Helpers for statements on several rows, since a statement costs far more than a row.

use std::fmt::Write;

use app::Date;
use sqlx::{
    Any, AnyConnection, AssertSqlSafe,
    any::{AnyArguments, AnyRow},
    query::Query,
};
use uuid::Uuid;

use super::StoreError;

/// Maximum number of rows per statement. More gain nothing.
const MAX_CHUNK_ROWS: usize = 64;

/// Splits rows into chunks whose lengths are powers of two, so that there are few distinct
/// statements and all stay prepared.
pub(super) fn chunks<T>(mut rows: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let length = (rows.len().checked_ilog2().map(|log| 1 << log)?).min(MAX_CHUNK_ROWS);
        let (chunk, rest) = rows.split_at(length);
        rows = rest;
        Some(chunk)
    })
}

/// Returns `$1, $2, $3`. Both databases support numbered placeholders.
pub(super) fn placeholders(count: usize) -> String {
    list(1, count)
}

/// `($1, $2), ($3, $4)`.
pub(super) fn tuples(rows: usize, columns: usize) -> String {
    let mut sql = String::new();
    for row in 0..rows {
        let separator = if row == 0 { "" } else { ", " };
        let _ = write!(sql, "{separator}({})", list(row * columns + 1, columns));
    }
    sql
}

fn list(first: usize, count: usize) -> String {
    let mut sql = String::new();
    for number in first..first + count {
        let separator = if number == first { "" } else { ", " };
        let _ = write!(sql, "{separator}${number}");
    }
    sql
}

/// Creates a statement from text of this module. No part of it comes from a client.
pub(super) fn query<'q>(sql: String) -> Query<'q, Any, AnyArguments> {
    sqlx::query(AssertSqlSafe(sql))
}

/// Runs a statement about a list that returns a number.
pub(super) async fn number(
    connection: &mut AnyConnection,
    statement: String,
    list: Uuid,
) -> Result<i64, StoreError> {
    let row = query(statement)
        .bind(list.to_string())
        .fetch_one(connection)
        .await?;
    Ok(sqlx::Row::try_get(&row, 0)?)
}

/// Deletes the rows of a list whose column is one of these ids.
pub(super) async fn delete(
    connection: &mut AnyConnection,
    table: &'static str,
    column: &'static str,
    list: Uuid,
    ids: &[Uuid],
) -> Result<(), StoreError> {
    for ids in chunks(ids) {
        let statement = format!(
            "delete from {table} where list_id = $1 and {column} in ({})",
            self::list(2, ids.len()),
        );
        let statement = query(statement).bind(list.to_string());
        let statement = ids
            .iter()
            .fold(statement, |statement, id| statement.bind(id.to_string()));
        statement.execute(&mut *connection).await?;
    }
    Ok(())
}

/// Deletes at most `most` rows of a list, which `column` tells apart. Returns how many.
pub(super) async fn delete_some(
    connection: &mut AnyConnection,
    table: &'static str,
    column: &'static str,
    list: Uuid,
    most: u64,
) -> Result<u64, StoreError> {
    let statement = format!(
        "delete from {table} where list_id = $1
            and {column} in (select {column} from {table} where list_id = $1 limit {most})"
    );
    let statement = query(statement).bind(list.to_string());
    Ok(statement.execute(connection).await?.rows_affected())
}

/// Reads a column that holds a UUID as text.
pub(super) fn uuid(row: &AnyRow, column: usize) -> Result<Uuid, StoreError> {
    let text: &str = sqlx::Row::try_get(row, column)?;
    Uuid::parse_str(text).map_err(|error| sqlx::Error::Decode(error.into()).into())
}

/// Reads a column that holds a date as text, or null.
pub(super) fn date(row: &AnyRow, column: usize) -> Result<Option<Date>, StoreError> {
    let text: Option<&str> = sqlx::Row::try_get(row, column)?;
    let date = text.map(Date::parse).transpose();
    date.map_err(|error| sqlx::Error::Decode(error.into()).into())
}

/// Reads a column that holds a non-negative number, such as a version.
pub(super) fn unsigned<T: From<u64>>(row: &AnyRow, column: usize) -> Result<T, StoreError> {
    let number: i64 = sqlx::Row::try_get(row, column)?;
    let number = u64::try_from(number).map_err(|error| sqlx::Error::Decode(error.into()))?;
    Ok(number.into())
}

/// Converts a number to the database's type. Numbers that do not fit never occur, and saturate.
pub(super) fn bigint(number: impl Into<u64>) -> i64 {
    i64::try_from(number.into()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_powers_of_two_and_lose_nothing() {
        let rows: Vec<usize> = (0..150).collect();
        let lengths: Vec<usize> = chunks(&rows).map(<[usize]>::len).collect();
        assert_eq!(lengths, [64, 64, 16, 4, 2]);
        assert_eq!(chunks(&rows).flatten().copied().collect::<Vec<_>>(), rows);
        assert_eq!(chunks::<usize>(&[]).count(), 0);
    }

    #[test]
    fn placeholders_are_numbered_consecutively() {
        assert_eq!(placeholders(2), "$1, $2");
        assert_eq!(tuples(2, 2), "($1, $2), ($3, $4)");
    }
}
