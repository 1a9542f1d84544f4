//! Rows and tombstones of items.

#[cfg(test)]
mod tests;
mod writing;

use std::ops::RangeInclusive;

use app::{Item, Longdesc, Shortdesc, service::Between};
use futures_util::TryStreamExt as _;
use sqlx::{
    Any, AnyConnection, Row as _,
    any::{AnyArguments, AnyRow},
    query::Query,
};
use sync::{Millis, Model as _, Position, Row, Version};
use uuid::Uuid;

pub(super) use self::writing::{ItemRow, delete, delete_some, delete_staged, upsert};

use super::{StoreError, sql};

/// The columns of an item, in the order that [`read`] expects.
const COLUMNS: &str = "id, shortdesc, longdesc, isdone, position, version, created_at, \
    updated_at, destroyed_at, due, issection";

/// Condition that excludes rows beyond the list's head, which are [staged](crate::store::staging), and the
/// remains of deleted lists. For statements whose `$1` is the list.
const IS_SHOWN: &str =
    "version <= (select version from lists where id = $1 and destroyed_at is null)";

fn read(row: &AnyRow) -> Result<Row<Item>, StoreError> {
    let model = Item {
        id: sql::uuid(row, 0)?,
        shortdesc: Shortdesc::from_stored(row.try_get(1)?),
        longdesc: row
            .try_get::<Option<String>, _>(2)?
            .map(Longdesc::from_stored),
        isdone: row.try_get::<i64, _>(3)? != 0,
        position: Position::from_stored(row.try_get(4)?),
        version: sql::unsigned(row, 5)?,
        created_at: row.try_get(6)?,
        updated_at: row.try_get(7)?,
        due: sql::date(row, 9)?,
        issection: row.try_get::<i64, _>(10)? != 0,
    };
    let destroyed = row.try_get::<Option<i64>, _>(8)?.is_some();
    Ok(Row { model, destroyed })
}

/// Returns all rows and tombstones of a list.
pub(super) async fn all(
    connection: &mut AnyConnection,
    list: Uuid,
    head: Version,
) -> Result<Vec<Row<Item>>, StoreError> {
    let statement = format!("select {COLUMNS} from items where list_id = $1 and version <= $2");
    let query = sql::query(statement)
        .bind(list.to_string())
        .bind(sql::bigint(head));
    fetch(connection, query).await
}

/// Largest number of rows and tombstones of a small list.
const SMALL_ROWS: i64 = 200;

/// Largest size of the texts of a small list, in bytes.
const SMALL_BYTES: i64 = 256 * 1024;

/// Whether the rows and tombstones of a list are few and small.
pub(super) async fn are_small(
    connection: &mut AnyConnection,
    list: Uuid,
) -> Result<bool, StoreError> {
    let statement = format!(
        "select count(*) from (select 1 from items where list_id = $1 limit {}) as some",
        SMALL_ROWS + 1
    );
    if sql::number(connection, statement, list).await? > SMALL_ROWS {
        return Ok(false);
    }
    let statement = "select coalesce(sum(octet_length(shortdesc)
                                         + coalesce(octet_length(longdesc), 0)), 0)
                     from items where list_id = $1";
    Ok(sql::number(connection, statement.to_owned(), list).await? <= SMALL_BYTES)
}

/// Returns the live rows of a list, unless they exceed `weight` bytes in total.
pub(super) async fn live(
    connection: &mut AnyConnection,
    list: Uuid,
    head: Version,
    weight: usize,
) -> Result<Option<Vec<Row<Item>>>, StoreError> {
    let statement = format!(
        "select {COLUMNS} from items
         where list_id = $1 and version <= $2 and destroyed_at is null"
    );
    let query = sql::query(statement)
        .bind(list.to_string())
        .bind(sql::bigint(head));
    fetch_within(connection, query, weight).await
}

/// Returns the number of live rows of a list.
pub(super) async fn count(connection: &mut AnyConnection, list: Uuid) -> Result<usize, StoreError> {
    let statement = format!(
        "select count(*) from items where list_id = $1 and destroyed_at is null and {IS_SHOWN}"
    );
    let count = sql::number(connection, statement, list).await?;
    Ok(usize::try_from(count).unwrap_or_default())
}

/// Returns the most recently changed row or tombstone of a list.
pub(super) async fn newest(
    connection: &mut AnyConnection,
    list: Uuid,
) -> Result<Option<Row<Item>>, StoreError> {
    let statement = format!(
        "select {COLUMNS} from items where list_id = $1 and {IS_SHOWN}
         order by version desc limit 1"
    );
    let row = sql::query(statement)
        .bind(list.to_string())
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(read).transpose()
}

/// Returns the rows and tombstones of a list that are newer than a version, up to its head, unless
/// they exceed `weight` bytes in total.
pub(super) async fn since(
    connection: &mut AnyConnection,
    list: Uuid,
    (version, head): (Version, Version),
    weight: usize,
) -> Result<Option<Vec<Row<Item>>>, StoreError> {
    let statement = format!(
        "select {COLUMNS} from items where list_id = $1 and version > $2 and version <= $3"
    );
    let query = sql::query(statement)
        .bind(list.to_string())
        .bind(sql::bigint(version))
        .bind(sql::bigint(head));
    fetch_within(connection, query, weight).await
}

/// Part of a list's rows, by version.
pub(super) struct Part {
    /// The version that the rows are newer than.
    pub(super) after: Version,
    /// The version that tombstones are newer than, if that is later.
    pub(super) destroyed_after: Version,
    /// The version of the newest row.
    pub(super) head: Version,
}

/// Returns the oldest rows of a part, in the order of versions, and whether there are more: at most
/// `limit`, and not more than `weight` bytes, but at least one.
pub(super) async fn page(
    connection: &mut AnyConnection,
    list: Uuid,
    part: Part,
    limit: usize,
    weight: usize,
) -> Result<(Vec<Row<Item>>, bool), StoreError> {
    let statement = format!(
        "select {COLUMNS} from items
         where list_id = $1 and version > $2 and version <= $3
            and (destroyed_at is null or version > $4)
         order by version limit {}",
        limit.saturating_add(1),
    );
    let query = sql::query(statement)
        .bind(list.to_string())
        .bind(sql::bigint(part.after))
        .bind(sql::bigint(part.head))
        .bind(sql::bigint(part.destroyed_after));
    let mut rows = query.fetch(connection);
    let (mut items, mut left) = (Vec::new(), weight);
    while let Some(row) = rows.try_next().await? {
        let row = read(&row)?;
        let rest = left.checked_sub(row.model.weight());
        if items.len() == limit || (rest.is_none() && !items.is_empty()) {
            return Ok((items, true));
        }
        left = rest.unwrap_or_default();
        items.push(row);
    }
    Ok((items, false))
}

/// Returns the newest tombstones of a list since a time, newest first, if they weigh at most `weight`
/// together.
pub(super) async fn deleted(
    connection: &mut AnyConnection,
    list: Uuid,
    since: Millis,
    most: u32,
    weight: usize,
) -> Result<Option<Vec<Row<Item>>>, StoreError> {
    let statement = format!(
        "select {COLUMNS} from items where list_id = $1 and destroyed_at >= $2
         order by destroyed_at desc, version desc limit {most}"
    );
    let query = sql::query(statement).bind(list.to_string()).bind(since);
    fetch_within(connection, query, weight).await
}

/// Returns a row or tombstone.
pub(super) async fn find(
    connection: &mut AnyConnection,
    list: Uuid,
    id: Uuid,
) -> Result<Option<Row<Item>>, StoreError> {
    let statement =
        format!("select {COLUMNS} from items where list_id = $1 and id = $2 and {IS_SHOWN}");
    let query = sql::query(statement)
        .bind(list.to_string())
        .bind(id.to_string());
    query
        .fetch_optional(connection)
        .await?
        .as_ref()
        .map(read)
        .transpose()
}

/// Returns the live rows of a list whose ids are in a range, the first `most` of them.
pub(super) async fn between(
    connection: &mut AnyConnection,
    list: Uuid,
    ids: RangeInclusive<Uuid>,
    most: u32,
) -> Result<Between, StoreError> {
    let condition =
        format!("list_id = $1 and id >= $2 and id <= $3 and destroyed_at is null and {IS_SHOWN}");
    let query = |statement| {
        let query = sql::query(statement).bind(list.to_string());
        query
            .bind(ids.start().to_string())
            .bind(ids.end().to_string())
    };
    let statement = format!(
        "select count(*), coalesce(sum(case when updated_at <> created_at then 1 else 0 end), 0)
         from items where {condition}"
    );
    let counts = query(statement).fetch_one(&mut *connection).await?;
    let count = |column| {
        let count: u64 = sql::unsigned(&counts, column)?;
        Ok::<_, StoreError>(usize::try_from(count).unwrap_or(usize::MAX))
    };
    let statement =
        format!("select {COLUMNS} from items where {condition} order by id limit {most}");
    let first = fetch(connection, query(statement)).await?;
    Ok(Between {
        first: first.into_iter().map(|row| row.model).collect(),
        count: count(0)?,
        changed: count(1)?,
    })
}

async fn fetch(
    connection: &mut AnyConnection,
    query: Query<'_, Any, AnyArguments>,
) -> Result<Vec<Row<Item>>, StoreError> {
    let items = fetch_within(connection, query, usize::MAX).await?;
    Ok(items.unwrap_or_default())
}

/// Returns the rows, unless they exceed `weight` bytes in total. Rows are decoded one by one, so
/// that a long list does not block its thread, and too much is not read to the end.
async fn fetch_within(
    connection: &mut AnyConnection,
    query: Query<'_, Any, AnyArguments>,
    weight: usize,
) -> Result<Option<Vec<Row<Item>>>, StoreError> {
    let mut rows = query.fetch(connection);
    let (mut items, mut left) = (Vec::new(), weight);
    while let Some(row) = rows.try_next().await? {
        let row = read(&row)?;
        // Who has a turn reads any amount, which need not be weighed.
        if weight < usize::MAX {
            let Some(rest) = left.checked_sub(row.model.weight()) else {
                return Ok(None);
            };
            left = rest;
        }
        items.push(row);
    }
    Ok(Some(items))
}
