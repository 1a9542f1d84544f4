//! Which history the database holds: its epoch, and how many commits it has seen.

use sqlx::AnyConnection;
use sync::Epoch;
use uuid::Uuid;

use super::StoreError;

/// A name that no other history has.
pub(super) fn new_epoch() -> Epoch {
    Epoch(Uuid::now_v7())
}

/// Gives the database an epoch, unless it has one.
pub(super) async fn ensure(connection: &mut AnyConnection) -> Result<(), StoreError> {
    sqlx::query(
        "insert into history (id, epoch, commits) values (1, $1, 0) on conflict do nothing",
    )
    .bind(new_epoch().0.to_string())
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
