//! Deletes for good what can no longer be restored or needed.

use app::service::TRASH_DAYS;
use sqlx::{AnyConnection, Connection as _, Row as _, any::AnyRow};
use sync::Millis;
use uuid::Uuid;

use super::{StoreError, clients, history, items, links, sql};
use crate::clock::DAY_MS;

/// Maximum number of lists that one transaction prunes, so that writes do not wait long.
const LISTS: usize = 16;

/// Maximum number of tombstones, and of clients, that one transaction deletes.
const ROWS: u64 = 64;

/// Days for which a replica's state is kept. A browser opens a list as a new replica each time, so
/// these rows pile up. A push repeated later than that is applied again.
const CLIENT_DAYS: i64 = 400;

/// What a pruning has deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Deleted items that can no longer be restored, and the items of deleted lists.
    pub items: u64,
    /// Deleted lists, and lists that nobody ever wrote to, with their links.
    pub lists: u64,
    /// Links that were replaced long ago.
    pub links: u64,
    /// States of replicas that have not pushed for long.
    pub clients: u64,
    /// Whether there is more to delete.
    pub more: bool,
}

/// Days after which a list is deleted that was never written to, not even its title.
const UNUSED_DAYS: i64 = 30;

/// Deletes tombstones and deleted lists older than [`TRASH_DAYS`] as of `now`, lists unused for
/// [`UNUSED_DAYS`], and states of replicas older than [`CLIENT_DAYS`]. One transaction deletes a
/// bounded part of it.
pub(super) async fn run(connection: &mut AnyConnection, now: Millis) -> Result<Pruned, StoreError> {
    let horizon = now - Millis::from(TRASH_DAYS) * DAY_MS;
    let mut transaction = connection.begin().await?;
    history::count_commit(&mut transaction).await?;
    history::believe(&mut transaction, now).await?;
    let with_tombstones = list_ids(
        &mut transaction,
        "select distinct list_id from items where destroyed_at < $1",
        horizon,
    )
    .await?;
    let mut pruned = Pruned {
        more: with_tombstones.len() == LISTS,
        ..Pruned::default()
    };
    for list in with_tombstones {
        let left = ROWS - pruned.items;
        pruned.items += tombstones(&mut transaction, list, horizon, left).await?;
        if pruned.items == ROWS {
            pruned.more = true;
            break;
        }
    }
    let destroyed = list_ids(
        &mut transaction,
        "select id from lists where destroyed_at < $1",
        horizon,
    )
    .await?;
    pruned.more |= destroyed.len() == LISTS;
    // Creating a list takes the first version, and every write to it another.
    let unused = list_ids(
        &mut transaction,
        "select id from lists where version = 1 and destroyed_at is null and created_at < $1
            and staging = 0",
        now - UNUSED_DAYS * DAY_MS,
    )
    .await?;
    pruned.more |= unused.len() == LISTS;
    for list in destroyed.into_iter().chain(unused) {
        let left = ROWS - pruned.items;
        pruned.items += items::delete_some(&mut transaction, list, left).await?;
        // An unused list may have clients whose mutations were all refused.
        let left = ROWS - pruned.clients;
        pruned.clients += clients::delete_some(&mut transaction, list, left).await?;
        if pruned.items == ROWS || pruned.clients == ROWS {
            pruned.more = true;
            break;
        }
        for statement in [
            "delete from links where list_id = $1",
            "delete from lists where id = $1",
        ] {
            let query = sqlx::query(statement).bind(list.to_string());
            query.execute(&mut *transaction).await?;
        }
        pruned.lists += 1;
    }
    pruned.links = links::prune(&mut transaction, horizon, ROWS).await?;
    pruned.more |= pruned.links == ROWS;
    let left = ROWS - pruned.clients;
    let statement = format!(
        "delete from clients where (list_id, client_id) in
            (select list_id, client_id from clients where seen_at < $1 limit {left})"
    );
    pruned.clients += sql::query(statement)
        .bind(now - CLIENT_DAYS * DAY_MS)
        .execute(&mut *transaction)
        .await?
        .rows_affected();
    pruned.more |= pruned.clients == ROWS;
    transaction.commit().await?;
    Ok(pruned)
}

/// Deletes at most `most` old tombstones of a list, and records up to which version: older cursors
/// get a reset. The incremented revision tells the writer that its cached list is stale.
async fn tombstones(
    connection: &mut AnyConnection,
    list: Uuid,
    horizon: Millis,
    most: u64,
) -> Result<u64, StoreError> {
    let statement = format!(
        "select max(version) from (
            select version from items where list_id = $1 and destroyed_at < $2
            order by version limit {most}
         ) as oldest"
    );
    let row = sql::query(statement)
        .bind(list.to_string())
        .bind(horizon)
        .fetch_one(&mut *connection)
        .await?;
    let last: Option<i64> = row.try_get(0)?;
    sqlx::query(
        "update lists set
            revision = revision + 1,
            pruned = case when pruned < $2 then $2 else pruned end
         where id = $1",
    )
    .bind(list.to_string())
    .bind(last)
    .execute(&mut *connection)
    .await?;
    let statement = "delete from items where list_id = $1 and destroyed_at < $2 and version <= $3";
    let removed = sqlx::query(statement)
        .bind(list.to_string())
        .bind(horizon)
        .bind(last)
        .execute(&mut *connection)
        .await?;
    Ok(removed.rows_affected())
}

/// Returns the first ids that a statement finds before the horizon.
async fn list_ids(
    connection: &mut AnyConnection,
    statement: &str,
    horizon: Millis,
) -> Result<Vec<Uuid>, StoreError> {
    let statement = format!("{statement} limit {LISTS}");
    let rows: Vec<AnyRow> = sql::query(statement)
        .bind(horizon)
        .fetch_all(connection)
        .await?;
    rows.iter().map(|row| sql::uuid(row, 0)).collect()
}
