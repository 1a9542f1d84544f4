//! What is recorded about replicas, so that nothing is applied twice.

use serde::Serialize;
use serde_json::Value;
use sqlx::{AnyConnection, Row as _, any::AnyRow};
use sync::{ClientId, ClientState, Numbers, Rejection};
use uuid::Uuid;

use super::{StoreError, sql};

fn state(row: &AnyRow, first: usize) -> Result<ClientState, StoreError> {
    Ok(ClientState {
        acked: sql::unsigned(row, first)?,
        rejected: rejections(row.try_get(first + 1)?)?,
        seen_at: row.try_get(first + 2)?,
        numbers: serde_json::from_str(row.try_get(first + 3)?).unwrap_or_else(|error| {
            tracing::warn!(%error, "the numbers of a client cannot be read");
            Numbers::default()
        }),
    })
}

/// Decodes stored refusals. One that another version wrote, and that this one does not know, is
/// kept as it is.
fn rejections(json: &str) -> Result<Vec<Rejection>, StoreError> {
    let stored: Vec<Value> =
        serde_json::from_str(json).map_err(|error| sqlx::Error::Decode(error.into()))?;
    let read = stored.into_iter().filter_map(|rejection| {
        let read = serde_json::from_value(rejection);
        read.inspect_err(|error| tracing::warn!(%error, "a stored refusal cannot be read"))
            .ok()
    });
    Ok(read.collect())
}

/// Returns all replicas that have written to a list.
pub(super) async fn all(
    connection: &mut AnyConnection,
    list: Uuid,
) -> Result<Vec<(ClientId, ClientState)>, StoreError> {
    sqlx::query(
        "select client_id, acked, rejected, seen_at, numbers from clients where list_id = $1",
    )
    .bind(list.to_string())
    .fetch_all(connection)
    .await?
    .iter()
    .map(|row| Ok((ClientId(sql::uuid(row, 0)?), state(row, 1)?)))
    .collect()
}

/// Largest number of clients that are few.
const FEW: i64 = 500;

/// Whether only a few replicas have written to a list.
pub(super) async fn are_few(
    connection: &mut AnyConnection,
    list: Uuid,
) -> Result<bool, StoreError> {
    let statement = format!(
        "select count(*) from (select 1 from clients where list_id = $1 limit {}) as some",
        FEW + 1
    );
    Ok(sql::number(connection, statement, list).await? <= FEW)
}

/// Returns a replica, if it has written to the list.
pub(super) async fn find(
    connection: &mut AnyConnection,
    list: Uuid,
    client: ClientId,
) -> Result<Option<ClientState>, StoreError> {
    sqlx::query(
        "select acked, rejected, seen_at, numbers from clients
         where list_id = $1 and client_id = $2",
    )
    .bind(list.to_string())
    .bind(client.0.to_string())
    .fetch_optional(connection)
    .await?
    .as_ref()
    .map(|row| state(row, 0))
    .transpose()
}

/// A replica's state to write.
pub(super) struct ClientRow<'a> {
    pub(super) list: Uuid,
    pub(super) client: ClientId,
    pub(super) state: &'a ClientState,
}

/// Writes the states of replicas, each at most once.
pub(super) async fn upsert(
    connection: &mut AnyConnection,
    clients: &[ClientRow<'_>],
) -> Result<(), StoreError> {
    for clients in sql::chunks(clients) {
        let statement = format!(
            "insert into clients (list_id, client_id, acked, rejected, seen_at, numbers)
             values {}
             on conflict (list_id, client_id) do update set
                acked = excluded.acked,
                rejected = excluded.rejected,
                seen_at = excluded.seen_at,
                numbers = excluded.numbers",
            sql::tuples(clients.len(), 6),
        );
        let mut query = sql::query(statement);
        for ClientRow {
            list,
            client,
            state,
        } in clients
        {
            let rejected = json(&state.rejected)?;
            let numbers = json(&state.numbers)?;
            query = query
                .bind(list.to_string())
                .bind(client.0.to_string())
                .bind(sql::bigint(state.acked))
                .bind(rejected)
                .bind(state.seen_at)
                .bind(numbers);
        }
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

fn json(value: &impl Serialize) -> Result<String, StoreError> {
    Ok(serde_json::to_string(value).map_err(|error| sqlx::Error::Encode(error.into()))?)
}

/// Deletes replicas of a list.
pub(super) async fn delete(
    connection: &mut AnyConnection,
    list: Uuid,
    clients: &[ClientId],
) -> Result<(), StoreError> {
    let clients: Vec<Uuid> = clients.iter().map(|client| client.0).collect();
    sql::delete(connection, "clients", "client_id", list, &clients).await
}

/// Deletes at most `most` replicas of a deleted list. Returns how many.
pub(super) async fn delete_some(
    connection: &mut AnyConnection,
    list: Uuid,
    most: u64,
) -> Result<u64, StoreError> {
    sql::delete_some(connection, "clients", "client_id", list, most).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::database::tests::with_a_list;

    async fn add(connection: &mut AnyConnection, first: i64, last: i64) {
        let statement = "insert into clients (list_id, client_id, acked, rejected, seen_at)
            with recursive numbers (n) as
                (select $1 union all select n + 1 from numbers where n < $2)
            select $3, n, 1, '[]', 0 from numbers";
        let inserted = sqlx::query(statement)
            .bind(first)
            .bind(last)
            .bind(Uuid::nil().to_string())
            .execute(connection)
            .await;
        inserted.expect("they are new");
    }

    #[tokio::test]
    async fn clients_are_few_up_to_a_number() {
        let (_folder, mut connection) = with_a_list().await;
        let list = Uuid::nil();
        add(&mut connection, 1, FEW).await;
        assert!(
            are_few(&mut connection, list)
                .await
                .expect("they can be counted")
        );
        add(&mut connection, FEW + 1, FEW + 1).await;
        assert!(
            !are_few(&mut connection, list)
                .await
                .expect("they can be counted")
        );
    }
}
