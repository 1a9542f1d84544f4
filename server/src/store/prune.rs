//! Forgetting for good what nobody can miss any more.

use app::service::TRASH_DAYS;
use sqlx::{AnyConnection, Connection as _, Row as _, any::AnyRow};
use sync::Millis;
use uuid::Uuid;

use super::{StoreError, clients, history, sql};
use crate::clock::DAY;

/// How many lists one transaction prunes, so that writes don't wait for long.
const LISTS: usize = 16;

/// How many tombstones, and how many clients, one transaction removes.
const ROWS: u64 = 64;

/// For so many days it is remembered what a replica has pushed. A browser opens a list as a new
/// replica each time, so these rows pile up; and who repeats a push after more than a year is taken
/// for new.
const CLIENT_DAYS: Millis = 400;

/// What one run of the pruning has removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Deleted items that can no longer be restored.
    pub items: u64,
    /// Deleted lists, and lists that nobody ever wrote to, with their links.
    pub lists: u64,
    /// Replicas that have not pushed for long.
    pub clients: u64,
    /// There is more to remove.
    pub more: bool,
}

/// Days after which a list goes that was made and never written to: not even its title was changed.
const UNUSED_DAYS: Millis = 30;

/// Removes the tombstones that are older than [`TRASH_DAYS`] as of `now`, the lists that were deleted
/// before that, those that were never written to for [`UNUSED_DAYS`], and what is remembered of
/// replicas for too long; in one transaction, and not
/// too much of it.
pub(super) async fn run(connection: &mut AnyConnection, now: Millis) -> Result<Pruned, StoreError> {
    let horizon = now - Millis::from(TRASH_DAYS) * DAY;
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
        // What it held goes before: see [`super::sweep`].
        "select id from lists where destroyed_at < $1
            and not exists (select 1 from items where list_id = lists.id)",
        horizon,
    )
    .await?;
    pruned.more |= destroyed.len() == LISTS;
    // Making a list takes the first version, and whatever is written to it another.
    let unused = list_ids(
        &mut transaction,
        "select id from lists where version = 1 and destroyed_at is null and created_at < $1
            and staging = 0",
        now - UNUSED_DAYS * DAY,
    )
    .await?;
    pruned.more |= unused.len() == LISTS;
    for list in destroyed.into_iter().chain(unused) {
        // Somebody may have asked for changes that were all refused.
        let left = ROWS - pruned.clients;
        pruned.clients += clients::delete_some(&mut transaction, list, left).await?;
        if pruned.clients == ROWS {
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
    let left = ROWS - pruned.clients;
    let statement = format!(
        "delete from clients where (list_id, client_id) in
            (select list_id, client_id from clients where seen_at < $1 limit {left})"
    );
    pruned.clients += sql::query(statement)
        .bind(now - CLIENT_DAYS * DAY)
        .execute(&mut *transaction)
        .await?
        .rows_affected();
    pruned.more |= pruned.clients == ROWS;
    transaction.commit().await?;
    Ok(pruned)
}

/// Removes the old tombstones of a list, `most` at once, and notes up to which version: who asks from
/// before hears of a reset. The list's next revision tells the writer that what it has in memory is old.
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

/// The first ids that the statement finds before the horizon.
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
