//! One transaction: everything that was waiting, in few statements.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use app::{List, api::Access};
use sqlx::{AnyConnection, Connection as _};
use sync::{ClientId, Millis, Row, Version};
use uuid::Uuid;

use super::{
    Link, StoreError, Write, Written,
    cache::Cache,
    channel::Channel,
    clients, items, links, lists,
    request::{Answer, NewList, Request},
};

/// How many old tombstones of a list a transaction removes at the most. A list gains fewer in a
/// batch, and one that has far too many loses them over several.
const TIDIED_ROWS: usize = 2_000;

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
    batch.tidy();
    batch.store(&mut transaction, requests).await?;
    transaction.commit().await?;
    for (list, channel) in batch.channels {
        if let Ok(channel) = channel
            && !channel.is_destroyed(list)
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
            None => match Channel::load(connection, stored).await {
                Err(error) if !error.is_corrupt() => return Err(error),
                loaded => loaded,
            },
        };
        channels.insert(list, channel);
    }
    Ok(channels)
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
    removed: Vec<Uuid>,
    forgotten: Vec<ClientId>,
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
        let channel = Channel::new(List {
            id: new.id,
            title: new.title.clone(),
            version: 0,
            created_at: self.now,
            updated_at: self.now,
        });
        self.channels.insert(new.id, Ok(channel));
        self.touched.entry(new.id).or_default().rows.insert(new.id);
    }

    fn write(&mut self, write: &Write) -> Result<Written, StoreError> {
        let channel = match self.channels.get_mut(&write.list) {
            Some(Ok(channel)) => channel,
            Some(Err(error)) => return Err(error.clone()),
            None => return Err(StoreError::UnknownList),
        };
        if channel.is_destroyed(write.list) {
            return Err(StoreError::UnknownList);
        }
        let authority = &mut channel.authority;
        let before = write
            .client
            .and_then(|client| authority.client(client).cloned());
        let outcome = match write.atomic {
            false => authority.take(write.client, &write.mutations, self.now),
            true => authority
                .take_all(write.client, &write.mutations, self.now)
                .map_err(StoreError::Refused)?,
        };
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
        }
        let catch_up = write
            .since
            .filter(|since| channel.is_destroyed(write.list) || is_near(*since, channel))
            .map(|since| channel.authority.since(since));
        Ok(Written { outcome, catch_up })
    }

    /// Lets go of what the touched lists have beyond their bounds.
    fn tidy(&mut self) {
        for (list, touched) in &mut self.touched {
            let Some(Ok(channel)) = self.channels.get_mut(list) else {
                continue;
            };
            let tidied = channel.authority.tidy(self.now, TIDIED_ROWS);
            for id in &tidied.rows {
                touched.rows.remove(id);
            }
            touched.clients.extend(tidied.pardoned);
            for client in &tidied.forgotten {
                touched.clients.remove(client);
            }
            touched.removed = tidied.rows;
            touched.forgotten = tidied.forgotten;
        }
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
                list_rows.push(lists::Written {
                    list: row,
                    head: authority.head(),
                    pruned: authority.pruned(),
                    destroyed: *destroyed,
                });
            }
            if channel.is_destroyed(list) {
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
        clients::upsert(connection, &client_rows).await?;
        for (list, touched) in &self.touched {
            items::delete(connection, *list, &touched.removed).await?;
            clients::delete(connection, *list, &touched.forgotten).await?;
        }
        for list in destroyed {
            items::delete_all(connection, list).await?;
            clients::delete_all(connection, list).await?;
        }
        Ok(())
    }
}

/// Whether little changed since the cursor. What is more is not told by the writer, for which others
/// wait, but read from the store afterwards.
fn is_near(since: Version, channel: &Channel) -> bool {
    const NEAR: Version = 500;
    let head = channel.authority.head();
    head.checked_sub(since).is_some_and(|newer| newer <= NEAR)
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
