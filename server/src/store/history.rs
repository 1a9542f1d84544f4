//! Which history the database holds: its epoch, and how many commits it has seen.

use sqlx::{AnyConnection, Row as _, SqliteConnection};
use sync::{Epoch, Millis};
use uuid::Uuid;

use super::{StoreError, sql};

/// What is known of a database's history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct History {
    /// Its name.
    pub(super) epoch: Epoch,
    /// The number of transactions that wrote: it only ever grows.
    pub(super) commits: u64,
}

impl History {
    /// Whether a database that holds this is older than what was seen in it before, or of another
    /// history: then somebody has put back a copy of its file.
    pub(super) fn is_put_back(self, seen: History) -> bool {
        self.epoch != seen.epoch || self.commits < seen.commits
    }
}

/// A name that no other history has.
fn new_epoch() -> Epoch {
    Epoch(Uuid::now_v7())
}

/// Gives the database an epoch, unless it has one; answers whether it had none.
pub(super) async fn ensure(connection: &mut AnyConnection) -> Result<bool, StoreError> {
    let statement =
        "insert into history (id, epoch, commits) values (1, $1, 0) on conflict do nothing";
    let inserted = sqlx::query(statement)
        .bind(new_epoch().0.to_string())
        .execute(connection)
        .await?;
    Ok(inserted.rows_affected() == 1)
}

/// Reads the history's row.
pub(super) async fn read(connection: &mut AnyConnection) -> Result<History, StoreError> {
    let row = sqlx::query("select epoch, commits from history")
        .fetch_one(connection)
        .await?;
    Ok(History {
        epoch: Epoch(sql::uuid(&row, 0)?),
        commits: sql::unsigned(&row, 1)?,
    })
}

/// The latest time that was believed, if one was, and the last at which a list was written to.
pub(super) async fn times(
    connection: &mut AnyConnection,
) -> Result<(Option<Millis>, Option<Millis>), StoreError> {
    let statement = "select believed, (select max(updated_at) from lists) from history";
    let row = sqlx::query(statement).fetch_one(connection).await?;
    Ok((row.try_get(0)?, row.try_get(1)?))
}

/// Notes a time as believed, unless a later one was.
pub(super) async fn believe(
    connection: &mut AnyConnection,
    time: Millis,
) -> Result<(), StoreError> {
    let statement = "update history set believed = $1 where believed is null or believed < $1";
    sqlx::query(statement)
        .bind(time)
        .execute(connection)
        .await?;
    Ok(())
}

/// Counts a transaction that writes, which this is part of.
pub(super) async fn count_commit(connection: &mut AnyConnection) -> Result<(), StoreError> {
    sqlx::query("update history set commits = commits + 1")
        .execute(connection)
        .await?;
    Ok(())
}

/// Gives the history a new name and at least so many commits, unless somebody else has just done so: then
/// `old` is not its name any more.
pub(super) async fn renew(
    connection: &mut AnyConnection,
    old: Epoch,
    commits: u64,
) -> Result<(), StoreError> {
    let statement = "update history set
            epoch = $1,
            commits = case when commits < $2 then $2 else commits end
         where epoch = $3";
    sqlx::query(statement)
        .bind(new_epoch().0.to_string())
        .bind(sql::bigint(commits))
        .bind(old.0.to_string())
        .execute(connection)
        .await?;
    Ok(())
}

/// Gives a file that is nobody's yet a history of its own, with at least so many commits.
pub(super) async fn replace(
    connection: &mut SqliteConnection,
    commits: u64,
) -> Result<History, StoreError> {
    let epoch = new_epoch();
    let statement = "insert into history (id, epoch, commits) values (1, $1, $2)
         on conflict (id) do update set
            epoch = excluded.epoch,
            commits = case when commits < excluded.commits then excluded.commits else commits end
         returning commits";
    let commits: i64 = sqlx::query_scalar(statement)
        .bind(epoch.0.to_string())
        .bind(sql::bigint(commits))
        .fetch_one(connection)
        .await?;
    Ok(History {
        epoch,
        commits: commits.unsigned_abs(),
    })
}
