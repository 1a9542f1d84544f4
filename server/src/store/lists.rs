//! The rows of lists. Each also holds the head of the list's channel, and serves as its lock.

use std::collections::HashSet;

use app::{List, Title};
use sqlx::{AnyConnection, Row as _, any::AnyRow};
use sync::{Cursor, Epoch, Version};
use uuid::Uuid;

use super::{StoreError, sql};

/// The content of a list's row.
#[derive(Clone, Debug)]
pub(super) struct StoredList {
    pub(super) list: List,
    pub(super) head: Version,
    pub(super) pruned: Version,
    pub(super) revision: u64,
    /// The database's epoch.
    pub(super) epoch: Epoch,
    /// Whether the list may have [staged](super::staging) rows.
    pub(super) is_staging: bool,
    /// The number of times that one of its links was replaced.
    pub(super) links_version: u64,
}

/// The columns of [`StoredList`], in the order that [`StoredList::read`] expects.
const COLUMNS: &str = "id, title, version, list_version, pruned, revision, created_at, updated_at, \
    (select epoch from history), staging, links_version";

impl StoredList {
    fn read(row: &AnyRow) -> Result<Self, StoreError> {
        Ok(Self {
            list: List {
                id: sql::uuid(row, 0)?,
                title: Title::from_stored(row.try_get(1)?),
                version: sql::unsigned(row, 3)?,
                created_at: row.try_get(6)?,
                updated_at: row.try_get(7)?,
            },
            head: sql::unsigned(row, 2)?,
            pruned: sql::unsigned(row, 4)?,
            revision: sql::unsigned(row, 5)?,
            epoch: Epoch(sql::uuid(row, 8)?),
            is_staging: row.try_get::<i64, _>(9)? != 0,
            links_version: sql::unsigned(row, 10)?,
        })
    }

    /// Whether everything that is newer than a cursor is on record.
    pub(super) fn serves(&self, since: &Cursor) -> bool {
        since.epoch.is_none_or(|epoch| epoch == self.epoch)
            && (self.pruned..=self.head).contains(&since.version)
    }
}

/// Locks the lists until the end of the transaction, increments their revisions, and reads them.
/// Unknown and deleted lists are omitted.
pub(super) async fn lock(
    connection: &mut AnyConnection,
    ids: &[Uuid],
) -> Result<Vec<StoredList>, StoreError> {
    let mut stored = Vec::with_capacity(ids.len());
    for ids in sql::chunks(ids) {
        let statement = format!(
            "update lists set revision = revision + 1
             where id in ({}) and destroyed_at is null
             returning {COLUMNS}",
            sql::placeholders(ids.len()),
        );
        let query = ids.iter().fold(sql::query(statement), |query, id| {
            query.bind(id.to_string())
        });
        for row in query.fetch_all(&mut *connection).await? {
            stored.push(StoredList::read(&row)?);
        }
    }
    Ok(stored)
}

/// Records whether a list has staged rows. Returns false if another process has locked the list
/// since this revision.
pub(super) async fn set_staging(
    connection: &mut AnyConnection,
    id: Uuid,
    revision: u64,
    is_staging: bool,
) -> Result<bool, StoreError> {
    let statement = "update lists set staging = $3 where id = $1 and revision = $2";
    let query = sqlx::query(statement)
        .bind(id.to_string())
        .bind(sql::bigint(revision))
        .bind(i32::from(is_staging));
    Ok(query.execute(connection).await?.rows_affected() == 1)
}

/// Returns the lists with staged rows.
pub(super) async fn staging(connection: &mut AnyConnection) -> Result<Vec<Uuid>, StoreError> {
    let rows = sqlx::query("select id from lists where staging <> 0")
        .fetch_all(connection)
        .await?;
    rows.iter().map(|row| sql::uuid(row, 0)).collect()
}

/// Reads a list, unless it is deleted.
pub(super) async fn find(
    connection: &mut AnyConnection,
    id: Uuid,
) -> Result<Option<StoredList>, StoreError> {
    let statement = format!("select {COLUMNS} from lists where id = $1 and destroyed_at is null");
    let row = sql::query(statement)
        .bind(id.to_string())
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(StoredList::read).transpose()
}

/// Reads the row of a deleted list, until it is pruned. Its version is the channel's last.
pub(super) async fn destroyed(
    connection: &mut AnyConnection,
    id: Uuid,
) -> Result<Option<List>, StoreError> {
    let statement =
        format!("select {COLUMNS} from lists where id = $1 and destroyed_at is not null");
    let row = sql::query(statement)
        .bind(id.to_string())
        .fetch_optional(connection)
        .await?;
    Ok(row
        .as_ref()
        .map(StoredList::read)
        .transpose()?
        .map(|stored| stored.list))
}

/// How far a list is.
pub(super) struct Head {
    pub(super) list: Uuid,
    pub(super) version: Version,
    pub(super) links_version: u64,
}

/// Returns the heads of the existing lists among these.
pub(super) async fn heads(
    connection: &mut AnyConnection,
    ids: &[Uuid],
) -> Result<Vec<Head>, StoreError> {
    let mut heads = Vec::with_capacity(ids.len());
    for ids in sql::chunks(ids) {
        let statement = format!(
            "select id, version, links_version from lists
             where id in ({}) and destroyed_at is null",
            sql::placeholders(ids.len()),
        );
        let query = ids.iter().fold(sql::query(statement), |query, id| {
            query.bind(id.to_string())
        });
        for row in query.fetch_all(&mut *connection).await? {
            heads.push(Head {
                list: sql::uuid(&row, 0)?,
                version: sql::unsigned(&row, 1)?,
                links_version: sql::unsigned(&row, 2)?,
            });
        }
    }
    Ok(heads)
}

/// Returns which of these lists exist, even if they are deleted.
pub(super) async fn existing(
    connection: &mut AnyConnection,
    ids: &[Uuid],
) -> Result<HashSet<Uuid>, StoreError> {
    let mut existing = HashSet::with_capacity(ids.len());
    for ids in sql::chunks(ids) {
        let statement = format!(
            "select id from lists where id in ({})",
            sql::placeholders(ids.len()),
        );
        let query = ids.iter().fold(sql::query(statement), |query, id| {
            query.bind(id.to_string())
        });
        for row in query.fetch_all(&mut *connection).await? {
            existing.insert(sql::uuid(&row, 0)?);
        }
    }
    Ok(existing)
}

/// A list's row to write.
pub(super) struct ListRow<'a> {
    pub(super) list: &'a List,
    pub(super) head: Version,
    pub(super) pruned: Version,
    pub(super) destroyed: bool,
}

/// Inserts or updates lists.
pub(super) async fn upsert(
    connection: &mut AnyConnection,
    lists: &[ListRow<'_>],
) -> Result<(), StoreError> {
    for lists in sql::chunks(lists) {
        let statement = format!(
            "insert into lists
                (id, title, version, list_version, pruned, created_at, updated_at, destroyed_at)
             values {}
             on conflict (id) do update set
                title = excluded.title,
                version = excluded.version,
                list_version = excluded.list_version,
                pruned = excluded.pruned,
                updated_at = excluded.updated_at,
                destroyed_at = excluded.destroyed_at",
            sql::tuples(lists.len(), 8),
        );
        let mut query = sql::query(statement);
        for ListRow {
            list,
            head,
            pruned,
            destroyed,
        } in lists
        {
            query = query
                .bind(list.id.to_string())
                .bind(list.title.to_string())
                .bind(sql::bigint(*head))
                .bind(sql::bigint(list.version))
                .bind(sql::bigint(*pruned))
                .bind(list.created_at)
                .bind(list.updated_at)
                .bind(destroyed.then_some(list.updated_at));
        }
        query.execute(&mut *connection).await?;
    }
    Ok(())
}
