//! Stores items, and deletes them for good.

use app::Item;
use sqlx::AnyConnection;
use sync::Version;
use uuid::Uuid;

use super::COLUMNS;
use crate::store::{StoreError, sql};

/// An item to write.
pub(in crate::store) struct ItemRow<'a> {
    pub(in crate::store) list: Uuid,
    pub(in crate::store) item: &'a Item,
    pub(in crate::store) destroyed: bool,
}

/// Inserts or updates items, each at most once.
pub(in crate::store) async fn upsert(
    connection: &mut AnyConnection,
    items: &[ItemRow<'_>],
) -> Result<(), StoreError> {
    for items in sql::chunks(items) {
        let statement = format!(
            "insert into items (list_id, {COLUMNS})
             values {}
             on conflict (list_id, id) do update set
                shortdesc = excluded.shortdesc,
                longdesc = excluded.longdesc,
                isdone = excluded.isdone,
                due = excluded.due,
                position = excluded.position,
                version = excluded.version,
                updated_at = excluded.updated_at,
                destroyed_at = excluded.destroyed_at",
            sql::tuples(items.len(), 12),
        );
        let mut query = sql::query(statement);
        for ItemRow {
            list,
            item,
            destroyed,
        } in items
        {
            query = query
                .bind(list.to_string())
                .bind(item.id.to_string())
                .bind(item.shortdesc.to_string())
                .bind(item.longdesc.as_ref().map(|longdesc| longdesc.to_string()))
                .bind(i32::from(item.isdone))
                .bind(item.position.as_str())
                .bind(sql::bigint(item.version))
                .bind(item.created_at)
                .bind(item.updated_at)
                .bind(destroyed.then_some(item.updated_at))
                .bind(item.due.map(|due| due.to_string()))
                .bind(i32::from(item.issection));
        }
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

/// Deletes rows or tombstones of a list.
pub(in crate::store) async fn delete(
    connection: &mut AnyConnection,
    list: Uuid,
    items: &[Uuid],
) -> Result<(), StoreError> {
    sql::delete(connection, "items", "id", list, items).await
}

/// Deletes at most `most` rows and tombstones of a deleted list. Returns how many.
pub(in crate::store) async fn delete_some(
    connection: &mut AnyConnection,
    list: Uuid,
    most: u64,
) -> Result<u64, StoreError> {
    sql::delete_some(connection, "items", "id", list, most).await
}

/// Deletes the rows of a list that were staged and never shown.
pub(in crate::store) async fn delete_staged(
    connection: &mut AnyConnection,
    list: Uuid,
    head: Version,
) -> Result<(), StoreError> {
    sqlx::query("delete from items where list_id = $1 and version > $2")
        .bind(list.to_string())
        .bind(sql::bigint(head))
        .execute(connection)
        .await?;
    Ok(())
}
