//! One transaction: everything that was waiting, in few statements.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use app::{List, Record, api::Access};
use sqlx::{AnyConnection, Connection as _};
use sync::{Authority, ClientId, Millis, Row, Version};
use uuid::Uuid;

use super::{
    Link, StoreError, Write, Written,
    cache::{Cache, Channel},
    clients, items, links, lists,
    request::{Answer, NewList, Request},
};

/// The version that making a list takes.
const FIRST: Version = 1;

/// What one request is answered. A request may fail for itself, while the others succeed.
pub(super) type Answered = Result<Answer, StoreError>;

/// Does what the requests ask for, in their order, and commits it all at once.
///
/// # Errors
/// Then nothing of it was done, as far as is known, and the lists are no longer in the cache.
pub(super) async fn commit(
    connection: &mut AnyConnection,
    cache: &mut Cache,
    requests: &[Request],
    now: Millis,
) -> Result<Vec<Answered>, StoreError> {
    let mut transaction = connection.begin().await?;
    let mut batch = Batch {
        channels: open(&mut transaction, cache, requests).await?,
        touched: BTreeMap::new(),
        now,
    };
    let answers = requests
        .iter()
        .map(|request| batch.answer(request))
        .collect();
    batch.store(&mut transaction, requests).await?;
    transaction.commit().await?;
    for (list, channel) in batch.channels {
        if let Ok(channel) = channel
            && !is_destroyed(&channel.authority, list)
        {
            cache.put(list, channel);
        }
    }
    cache.evict();
    Ok(answers)
}

/// The lists that a batch is about, those that there are.
type Channels = HashMap<Uuid, Result<Channel, StoreError>>;

/// Locks the lists that are written to, and brings them to memory as they are now.
async fn open(
    connection: &mut AnyConnection,
    cache: &mut Cache,
    requests: &[Request],
) -> Result<Channels, StoreError> {
    let ids: BTreeSet<Uuid> = requests
        .iter()
        .filter_map(|request| match request {
            Request::Write(write) => Some(write.list),
            Request::Create(_) => None,
        })
        .collect();
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let mut channels = HashMap::with_capacity(ids.len());
    for stored in lists::lock(connection, &ids).await? {
        let list = stored.list.id;
        let cached = cache
            .take(list)
            .filter(|channel| channel.revision + 1 == stored.revision);
        let channel = match cached {
            Some(channel) => Ok(Channel {
                revision: stored.revision,
                ..channel
            }),
            None => match load(connection, stored).await {
                Err(error) if !error.is_corrupt() => return Err(error),
                loaded => loaded,
            },
        };
        channels.insert(list, channel);
    }
    Ok(channels)
}

async fn load(
    connection: &mut AnyConnection,
    stored: lists::Stored,
) -> Result<Channel, StoreError> {
    let lists::Stored {
        list,
        head,
        pruned,
        revision,
    } = stored;
    let items = items::all(connection, list.id).await?;
    let clients = clients::all(connection, list.id).await?;
    Ok(Channel {
        revision,
        clients: clients.len(),
        authority: Authority::restore(head, pruned, rows(list, items), clients),
    })
}

/// The rows of a list's channel: its own, and its items'.
pub(super) fn rows(list: List, items: Vec<Row<app::Item>>) -> impl Iterator<Item = Row<Record>> {
    let list = Row {
        model: Record::List(list),
        destroyed: false,
    };
    let items = items.into_iter().map(|Row { model, destroyed }| Row {
        model: Record::Item(model),
        destroyed,
    });
    std::iter::once(list).chain(items)
}

fn is_destroyed(authority: &Authority<Record>, list: Uuid) -> bool {
    authority.row(list).is_none_or(|row| row.destroyed)
}

/// The requests of a batch, on the lists in memory.
struct Batch {
    channels: Channels,
    touched: BTreeMap<Uuid, Touched>,
    now: Millis,
}

/// What is to be written of a list.
#[derive(Default)]
struct Touched {
    rows: BTreeSet<Uuid>,
    clients: BTreeSet<ClientId>,
}

impl Batch {
    fn answer(&mut self, request: &Request) -> Answered {
        match request {
            Request::Create(list) => {
                self.create(list);
                Ok(Answer::Created)
            }
            Request::Write(write) => self.write(write).map(Answer::Written),
        }
    }

    fn create(&mut self, new: &NewList) {
        let list = Record::List(List {
            id: new.id,
            title: new.title.clone(),
            version: FIRST,
            created_at: self.now,
            updated_at: self.now,
        });
        let row = Row {
            model: list,
            destroyed: false,
        };
        let channel = Channel {
            authority: Authority::restore(FIRST, 0, [row], []),
            revision: 0,
            clients: 0,
        };
        self.channels.insert(new.id, Ok(channel));
        self.touched.entry(new.id).or_default().rows.insert(new.id);
    }

    fn write(&mut self, write: &Write) -> Result<Written, StoreError> {
        let channel = match self.channels.get_mut(&write.list) {
            Some(Ok(channel)) => channel,
            Some(Err(error)) => return Err(error.clone()),
            None => return Err(StoreError::UnknownList),
        };
        let authority = &mut channel.authority;
        if is_destroyed(authority, write.list) {
            return Err(StoreError::UnknownList);
        }
        let before = write
            .client
            .and_then(|client| authority.client(client).cloned());
        let outcome = authority.take(write.client, &write.mutations, self.now);
        let touched = self.touched.entry(write.list).or_default();
        touched.rows.extend(
            outcome
                .changes
                .iter()
                .map(|change| sync::Model::id(&change.row)),
        );
        if let Some(client) = write.client
            && authority.client(client) != before.as_ref()
        {
            touched.clients.insert(client);
            channel.clients += usize::from(before.is_none());
        }
        let catch_up = write.since.map(|since| channel.authority.since(since));
        Ok(Written { outcome, catch_up })
    }

    /// Writes what was touched: a few statements, however many requests there were.
    async fn store(
        &self,
        connection: &mut AnyConnection,
        requests: &[Request],
    ) -> Result<(), StoreError> {
        let mut list_rows = Vec::new();
        let mut item_rows = Vec::new();
        let mut client_rows = Vec::new();
        let mut destroyed = Vec::new();
        for (list, touched) in &self.touched {
            let Some(Ok(Channel { authority, .. })) = self.channels.get(list) else {
                continue;
            };
            let list = *list;
            if !touched.rows.is_empty()
                && let Some(Row {
                    model: Record::List(row),
                    destroyed,
                }) = authority.row(list)
            {
                list_rows.push(lists::Written {
                    list: row,
                    head: authority.head(),
                    destroyed: *destroyed,
                });
            }
            if is_destroyed(authority, list) {
                destroyed.push(list);
                continue;
            }
            item_rows.extend(touched.rows.iter().filter_map(|id| {
                let row = authority.row(*id)?;
                Some(items::Written {
                    list,
                    item: row.model.as_item()?,
                    destroyed: row.destroyed,
                })
            }));
            client_rows.extend(touched.clients.iter().filter_map(|client| {
                Some(clients::Written {
                    list,
                    client: *client,
                    state: authority.client(*client)?,
                })
            }));
        }
        lists::upsert(connection, &list_rows).await?;
        links::insert(connection, &new_links(requests)).await?;
        items::upsert(connection, &item_rows).await?;
        clients::upsert(connection, &client_rows, self.now).await?;
        for list in destroyed {
            items::delete_all(connection, list).await?;
            clients::delete_all(connection, list).await?;
        }
        Ok(())
    }
}

fn new_links(requests: &[Request]) -> Vec<links::Written<'_>> {
    let mut written = Vec::new();
    for request in requests {
        if let Request::Create(new) = request {
            for (token, access) in [(&new.token, Access::Write), (&new.view_token, Access::Read)] {
                let link = Link {
                    list: new.id,
                    access,
                };
                written.push(links::Written { token, link });
            }
        }
    }
    written
}
