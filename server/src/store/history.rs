//! The history of the database: its epoch, and its number of commits.

use sqlx::{AnyConnection, Row as _, SqliteConnection};
use sync::{Epoch, Millis};
use uuid::Uuid;

use super::{StoreError, sql};

/// The state of a database's history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct History {
    /// The epoch, which identifies the history.
    pub(super) epoch: Epoch,
    /// The number of writing transactions, which never decreases.
    pub(super) commits: u64,
}

impl History {
    /// Whether this is older than what was seen in the database before, or of another epoch: then a
    /// copy of the file has been put back.
    pub(super) fn is_put_back(self, seen: History) -> bool {
        self.epoch != seen.epoch || self.commits < seen.commits
    }
}

/// Returns a new epoch.
fn new_epoch() -> Epoch {
    Epoch(Uuid::now_v7())
}

/// Gives the database an epoch, unless it has one. Returns whether it had none.
pub(super) async fn ensure(connection: &mut AnyConnection) -> Result<bool, StoreError> {
    let statement =
        "insert into history (id, epoch, commits) values (1, $1, 0) on conflict do nothing";
    let inserted = sqlx::query(statement)
        .bind(new_epoch().0.to_string())
        .execute(connection)
        .await?;
    Ok(inserted.rows_affected() == 1)
}

/// Reads the history.
pub(super) async fn read(connection: &mut AnyConnection) -> Result<History, StoreError> {
    let row = sqlx::query("select epoch, commits from history")
        .fetch_one(connection)
        .await?;
    Ok(History {
        epoch: Epoch(sql::uuid(&row, 0)?),
        commits: sql::unsigned(&row, 1)?,
    })
}

/// Returns what was last seen of the history, and what is found. In this order: what was seen had been
/// committed by then, so what is found afterwards is no older, unless a copy was put back.
pub(super) async fn compare(
    connection: &mut AnyConnection,
    seen: impl FnOnce() -> Option<History>,
) -> Result<(Option<History>, History), StoreError> {
    let seen = seen();
    Ok((seen, read(connection).await?))
}

/// Returns the latest believed time, if recorded, and the time of the last write to a list.
pub(super) async fn times(
    connection: &mut AnyConnection,
) -> Result<(Option<Millis>, Option<Millis>), StoreError> {
    let statement = "select believed, (select max(updated_at) from lists) from history";
    let row = sqlx::query(statement).fetch_one(connection).await?;
    Ok((row.try_get(0)?, row.try_get(1)?))
}

/// Records a believed time, unless a later one is recorded.
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

/// Counts the current transaction as a commit.
pub(super) async fn count_commit(connection: &mut AnyConnection) -> Result<(), StoreError> {
    sqlx::query("update history set commits = commits + 1")
        .execute(connection)
        .await?;
    Ok(())
}

/// Gives the history a new epoch and at least that many commits, unless the epoch is no longer
/// `old`, since another process has just done so.
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

/// Gives a file that nobody uses yet a new epoch, with at least that many commits.
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

#[cfg(test)]
mod tests {
    use tokio::{runtime::Handle, task::block_in_place};

    use super::*;
    use crate::store::database::{self, Database};

    #[tokio::test(flavor = "multi_thread")]
    async fn what_another_process_commits_meanwhile_makes_no_older_copy_of_the_database() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let url = format!("sqlite://{}", folder.path().join("x.db").display());
        let database = Database::parse(&url).expect("a good URL");
        let mut connection = database.connect().await.expect("the file is created");
        let migrated = database::migrate(&mut connection).await;
        migrated.expect("a new file can be migrated");
        ensure(&mut connection).await.expect("it can be written");
        let mut other = database.connect().await.expect("it is there");
        let commit_and_note = async {
            let counted = count_commit(&mut other).await;
            counted.expect("it can be written");
            read(&mut other).await.ok()
        };
        // The other process commits and notes just before its note is read.
        let seen = || block_in_place(|| Handle::current().block_on(commit_and_note));
        let compared = compare(&mut connection, seen).await;
        let (seen, found) = compared.expect("it can be read");
        assert!(!found.is_put_back(seen.expect("it was noted")));
    }
}
