//! Replaces links and restores lists: changes of a list that need none of its items in memory.

use app::{api::Access, service::Token};
use sqlx::{AnyConnection, Connection as _};
use sync::{Millis, Version};
use uuid::Uuid;

use super::{Link, StoreError, history, items, links, sql};

/// What the writer does to a list.
#[derive(Clone, Debug)]
pub(super) enum Deed {
    /// Replaces one of the list's links.
    Replace {
        /// The link by which that was asked for, which may write.
        by: Link,
        /// Which link is replaced.
        access: Access,
        /// The new token.
        token: Token,
    },
    /// Restores a deleted list.
    Restore {
        /// The link by which that was asked for, which may write.
        by: Link,
    },
}

impl Deed {
    /// Returns the list.
    pub(super) fn list(&self) -> Uuid {
        match self {
            Self::Replace { by, .. } | Self::Restore { by } => by.list,
        }
    }
}

/// Commits a deed. Returns false if the link is no longer valid, or the list not as it was; then nothing has
/// changed.
///
/// # Errors
/// If it cannot be committed.
pub(super) async fn commit(
    connection: &mut AnyConnection,
    deed: &Deed,
    now: Millis,
) -> Result<bool, StoreError> {
    let mut transaction = connection.begin().await?;
    history::count_commit(&mut transaction).await?;
    let is_done = match deed {
        Deed::Replace { by, access, token } => {
            replace(&mut transaction, *by, *access, token, now).await?
        }
        Deed::Restore { by } => restore(&mut transaction, *by, now).await?,
    };
    if is_done {
        transaction.commit().await?;
    } else {
        transaction.rollback().await?;
    }
    Ok(is_done)
}

/// The incremented revision voids a large write under way, which was authorized by the old link.
async fn replace(
    connection: &mut AnyConnection,
    by: Link,
    access: Access,
    token: &Token,
    now: Millis,
) -> Result<bool, StoreError> {
    let statement = "update lists set links_version = links_version + 1, revision = revision + 1
         where id = $1 and links_version = $2 and destroyed_at is null";
    let counted = sqlx::query(statement)
        .bind(by.list.to_string())
        .bind(sql::bigint(by.version))
        .execute(&mut *connection)
        .await?;
    if counted.rows_affected() == 0 {
        return Ok(false);
    }
    links::retire(&mut *connection, by.list, access, now).await?;
    let link = Link { access, ..by };
    links::insert(connection, &[links::LinkRow { token, link }]).await?;
    Ok(true)
}

/// The list takes the next version, by which replicas that have heard of its deletion learn that it is there.
async fn restore(
    connection: &mut AnyConnection,
    by: Link,
    now: Millis,
) -> Result<bool, StoreError> {
    let statement = "update lists set
            destroyed_at = null,
            version = version + 1,
            list_version = version + 1,
            revision = revision + 1,
            staging = 0,
            updated_at = $3
         where id = $1 and links_version = $2 and destroyed_at is not null and is_swept = 0
         returning version";
    let restored = sqlx::query(statement)
        .bind(by.list.to_string())
        .bind(sql::bigint(by.version))
        .bind(now)
        .fetch_optional(&mut *connection)
        .await?;
    let Some(row) = restored else {
        return Ok(false);
    };
    // A large write that the deletion overtook may have left rows, which must not be shown now.
    let head: Version = sql::unsigned(&row, 0)?;
    items::delete_staged(connection, by.list, head.previous()).await?;
    Ok(true)
}
