//! The lists' own rows: each also carries its channel's head, and is the channel's lock.

use app::{List, Title};
use sqlx::{AnyConnection, Row as _, any::AnyRow};
use sync::{Epoch, Version};
use uuid::Uuid;

use super::{StoreError, sql};

/// What a list's row says.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub(super) list: List,
    pub(super) head: Version,
    pub(super) pruned: Version,
    pub(super) revision: u64,
    /// The history that all this is of.
    pub(super) epoch: Epoch,
    /// Whether rows were [staged](super::staging) that are not shown yet, or never will be.
    pub(super) is_staging: bool,
}

/// The columns of [`Stored`], in the order in which [`Stored::read`] takes them.
const COLUMNS: &str = "id, title, version, list_version, pruned, revision, created_at, updated_at, \
    (select epoch from history), staging";

impl Stored {
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
        })
    }
}

/// Locks the lists until the end of the transaction, gives them their next revision, and reads them.
/// Those that never were, or were destroyed, are not in the answer.
pub(super) async fn lock(
    connection: &mut AnyConnection,
    ids: &[Uuid],
) -> Result<Vec<Stored>, StoreError> {
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
            stored.push(Stored::read(&row)?);
        }
    }
    Ok(stored)
}

/// Notes that rows of a list are being staged, or that none are any more. It fails, with `false`, where
/// somebody has locked the list since it had this revision.
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

/// The lists of which rows were staged.
pub(super) async fn staging(connection: &mut AnyConnection) -> Result<Vec<Uuid>, StoreError> {
    let rows = sqlx::query("select id from lists where staging <> 0")
        .fetch_all(connection)
        .await?;
    rows.iter().map(|row| sql::uuid(row, 0)).collect()
}

/// The destroyed lists of which something else is left than their own row.
pub(super) async fn unswept(connection: &mut AnyConnection) -> Result<Vec<Uuid>, StoreError> {
    let statement = "select id from lists where destroyed_at is not null and (
            exists (select 1 from items where list_id = lists.id)
            or exists (select 1 from clients where list_id = lists.id))";
    let rows = sqlx::query(statement).fetch_all(connection).await?;
    rows.iter().map(|row| sql::uuid(row, 0)).collect()
}

/// Reads a list that was not destroyed.
pub(super) async fn find(
    connection: &mut AnyConnection,
    id: Uuid,
) -> Result<Option<Stored>, StoreError> {
    let statement = format!("select {COLUMNS} from lists where id = $1 and destroyed_at is null");
    let row = sql::query(statement)
        .bind(id.to_string())
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(Stored::read).transpose()
}

/// The row of a list that was destroyed, if it is left: its version is the last of its channel.
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
        .map(Stored::read)
        .transpose()?
        .map(|stored| stored.list))
}

/// The heads of those of the lists that there are.
pub(super) async fn heads(
    connection: &mut AnyConnection,
    ids: &[Uuid],
) -> Result<Vec<(Uuid, Version)>, StoreError> {
    let mut heads = Vec::with_capacity(ids.len());
    for ids in sql::chunks(ids) {
        let statement = format!(
            "select id, version from lists where id in ({}) and destroyed_at is null",
            sql::placeholders(ids.len()),
        );
        let query = ids.iter().fold(sql::query(statement), |query, id| {
            query.bind(id.to_string())
        });
        for row in query.fetch_all(&mut *connection).await? {
            heads.push((sql::uuid(&row, 0)?, sql::unsigned(&row, 1)?));
        }
    }
    Ok(heads)
}

/// A list's row as it is to be written.
pub(super) struct Written<'a> {
    pub(super) list: &'a List,
    pub(super) head: Version,
    pub(super) pruned: Version,
    pub(super) destroyed: bool,
}

/// Writes lists, new ones and old ones.
pub(super) async fn upsert(
    connection: &mut AnyConnection,
    lists: &[Written<'_>],
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
        for Written {
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
