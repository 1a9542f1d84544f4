//! Stores what a batch has changed.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use app::api::Access;
use sqlx::AnyConnection;
use sync::{ClientId, Row};
use uuid::Uuid;

use super::{Batch, Touched};
use crate::{
    clock::Times,
    store::{Link, StoreError, channel::Channel, clients, items, links, lists, request::NewList},
};

impl Batch {
    /// Writes what was touched, in a few statements, however many requests there were.
    pub(super) async fn store(
        &self,
        connection: &mut AnyConnection,
        creations: &[&NewList],
    ) -> Result<(), StoreError> {
        let mut list_rows = Vec::new();
        let mut item_rows = Vec::new();
        let mut client_rows = Vec::new();
        for (list, touched) in &self.touched {
            let Some(Ok(channel)) = self.channels.get(list) else {
                continue;
            };
            let (list, authority) = (*list, &channel.authority);
            if (!touched.rows.is_empty() || !touched.removed.is_empty())
                && let Some(Row {
                    model: app::Record::List(row),
                    destroyed,
                }) = authority.row(list)
            {
                list_rows.push(lists::ListRow {
                    list: row,
                    head: authority.head(),
                    pruned: authority.pruned(),
                    destroyed: *destroyed,
                });
            }
            item_rows.extend(touched.rows.iter().filter_map(|id| {
                let row = authority.row(*id)?;
                Some(items::ItemRow {
                    list,
                    item: row.model.as_item()?,
                    destroyed: row.destroyed,
                })
            }));
            client_rows.extend(touched.clients.iter().filter_map(|client| {
                Some(clients::ClientRow {
                    list,
                    client: *client,
                    state: authority.client(*client)?,
                })
            }));
        }
        lists::upsert(connection, &list_rows).await?;
        links::insert(connection, &new_links(creations)).await?;
        items::upsert(connection, &item_rows).await?;
        clients::upsert(connection, &client_rows).await?;
        for (list, touched) in &self.touched {
            items::delete(connection, *list, &touched.removed).await?;
            clients::delete(connection, *list, &touched.forgotten).await?;
        }
        Ok(())
    }
}

/// Stores what is left of a [staged](crate::store::staging) write: the list's head, the other changed
/// rows, and the client. Returns the list as it is then.
pub(in crate::store) async fn finish(
    connection: &mut AnyConnection,
    list: Uuid,
    channel: Channel,
    rest: BTreeSet<Uuid>,
    client: Option<ClientId>,
    now: Times,
) -> Result<Channel, StoreError> {
    let mut touched = Touched {
        rows: rest,
        clients: client.into_iter().collect(),
        ..Touched::default()
    };
    // The list's row holds the head.
    touched.rows.insert(list);
    let mut batch = Batch {
        channels: HashMap::from([(list, Ok(channel))]),
        cold: BTreeSet::new(),
        touched: BTreeMap::from([(list, touched)]),
        weight: 0,
        now,
    };
    batch.tidy();
    batch.store(connection, &[]).await?;
    batch
        .channels
        .remove(&list)
        .unwrap_or(Err(StoreError::UnknownList))
}

fn new_links<'r>(creations: &[&'r NewList]) -> Vec<links::LinkRow<'r>> {
    let mut written = Vec::new();
    for new in creations {
        for (token, access) in [(&new.token, Access::Write), (&new.view_token, Access::Read)] {
            let link = Link {
                list: new.id,
                access,
                version: 0,
            };
            written.push(links::LinkRow { token, link });
        }
    }
    written
}
