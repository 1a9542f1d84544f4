//! One transaction for everything that was waiting, in few statements.

mod opening;
mod storing;

use std::collections::{BTreeMap, BTreeSet};

use app::List;
use sqlx::{AnyConnection, Connection as _};
use sync::{ClientId, Model as _, Portion, Seq, Version};
use uuid::Uuid;

pub(super) use self::storing::finish;

use super::{
    StoreError, Write, Written,
    cache::Cache,
    channel::Channel,
    history, lists,
    request::{NewList, Taken},
};
use crate::clock::Times;
use opening::{Channels, is_small, open};

/// Maximum number of old tombstones of a list that a transaction deletes. A list gains fewer in a
/// batch, and one with far too many loses them over several.
const TIDIED_ROWS: usize = 2_000;

/// How much of a push is taken in one commit.
const PART: Portion = Portion {
    changes: 64,
    weight: 64 * 1024,
};

/// Size of the changes of one list after which its other writes wait for the next batch, in bytes.
const LIST_WEIGHT: usize = 256 * 1024;

/// Size of all changes after which the other writes wait for the next batch, in bytes.
const BATCH_WEIGHT: usize = 4 * LIST_WEIGHT;

/// Size up to which the writer itself answers what changed since a cursor, in bytes. More is read
/// from the database afterwards, so that nobody waits for it here.
const NEAR_WEIGHT: usize = 64 * 1024;

/// The result of a batch.
pub(super) struct Committed {
    /// Whether each list to create is new, and so was created.
    pub(super) created: Vec<bool>,
    /// The answer to each write; `None` if the write has to wait, since its list must be loaded or the batch
    /// was heavy enough without it.
    pub(super) answers: Vec<Option<Taken>>,
    /// The lists that are not cached, and too large to be loaded while others wait.
    pub(super) cold: BTreeSet<Uuid>,
}

/// A write of a batch.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) write: &'a Write,
    /// The weight of what was taken of it before, in bytes.
    pub(super) weight: usize,
}

/// Creates lists, unless they exist, and takes writes, in their order, in one commit. Of the lists that are not in the cache, it
/// loads those that are small, and those that are in a `hurry`.
///
/// # Errors
/// Then nothing was committed, as far as is known, and the lists are no longer cached.
pub(super) async fn commit(
    connection: &mut AnyConnection,
    cache: &mut Cache,
    creations: &[&NewList],
    writes: &[Asked<'_>],
    now: Times,
    hurry: impl Fn(Uuid) -> bool,
) -> Result<Committed, StoreError> {
    let lists: BTreeSet<Uuid> = writes.iter().map(|asked| asked.write.list).collect();
    let mut cold = BTreeSet::new();
    for list in &lists {
        if !cache.has(*list) && !hurry(*list) && !is_small(connection, *list).await? {
            cold.insert(*list);
        }
    }
    if creations.is_empty() && lists == cold {
        return Ok(Committed {
            created: Vec::new(),
            answers: writes.iter().map(|_| None).collect(),
            cold,
        });
    }

    let mut transaction = connection.begin().await?;
    history::count_commit(&mut transaction).await?;
    let warm: Vec<Uuid> = lists.difference(&cold).copied().collect();
    let mut batch = Batch {
        channels: open(&mut transaction, cache, &warm, &mut cold, hurry).await?,
        cold,
        touched: BTreeMap::new(),
        weight: 0,
        now,
    };
    let (created, creations) = new_of(&mut transaction, creations).await?;
    for list in &creations {
        batch.create(list);
    }
    let answers = writes.iter().map(|asked| batch.answer(*asked)).collect();
    batch.tidy();
    batch.store(&mut transaction, &creations).await?;
    transaction.commit().await?;
    for (list, channel) in batch.channels {
        if let Ok(channel) = channel
            && !channel.is_destroyed(list)
        {
            cache.put(list, channel);
        }
    }
    cache.evict();
    Ok(Committed {
        created,
        answers,
        cold: batch.cold,
    })
}

/// Returns which of the lists to create are new, and these.
async fn new_of<'r>(
    connection: &mut AnyConnection,
    creations: &[&'r NewList],
) -> Result<(Vec<bool>, Vec<&'r NewList>), StoreError> {
    let repeated = creations.iter().filter(|list| list.may_exist);
    let repeated: Vec<Uuid> = repeated.map(|list| list.id).collect();
    let mut known = lists::existing(connection, &repeated).await?;
    // The same request may be there twice.
    let created: Vec<bool> = creations.iter().map(|list| known.insert(list.id)).collect();
    let new = creations.iter().zip(&created);
    let new = new.filter_map(|(list, is_new)| is_new.then_some(*list));
    Ok((created.clone(), new.collect()))
}

/// A batch, and its lists in memory.
struct Batch {
    channels: Channels,
    cold: BTreeSet<Uuid>,
    touched: BTreeMap<Uuid, Touched>,
    /// The size of all changes, in bytes.
    weight: usize,
    now: Times,
}

/// What to write of a list.
#[derive(Default)]
struct Touched {
    rows: BTreeSet<Uuid>,
    clients: BTreeSet<ClientId>,
    /// The size of the list's changes, in bytes.
    weight: usize,
    /// Whether a write has to go on in the next batch, before all others.
    is_cut: bool,
    removed: Vec<Uuid>,
    forgotten: Vec<ClientId>,
}

impl Batch {
    /// Takes a write, unless it has to wait for the next batch.
    fn answer(&mut self, asked: Asked<'_>) -> Option<Taken> {
        (!self.must_wait(asked.write.list)).then(|| match self.write(asked) {
            Ok(taken) => taken,
            Err(error) => Taken::Whole(Err(error)),
        })
    }

    /// Whether writes to a list have to wait for the next batch. Once one does, all later ones do,
    /// too, which keeps their order.
    fn must_wait(&self, list: Uuid) -> bool {
        let is_full = |touched: &Touched| touched.is_cut || touched.weight >= LIST_WEIGHT;
        let is_full = self.touched.get(&list).is_some_and(is_full);
        self.cold.contains(&list) || is_full || self.weight >= BATCH_WEIGHT
    }

    fn create(&mut self, new: &NewList) {
        let channel = Channel::new(List {
            id: new.id,
            title: new.title.clone(),
            version: Version::ZERO,
            created_at: self.now.written,
            updated_at: self.now.written,
        });
        self.channels.insert(new.id, Ok(channel));
        self.touched.entry(new.id).or_default().rows.insert(new.id);
    }

    fn write(&mut self, Asked { write, weight }: Asked<'_>) -> Result<Taken, StoreError> {
        let channel = match self.channels.get_mut(&write.list) {
            Some(Ok(channel)) => channel,
            Some(Err(error)) => return Err(error.clone()),
            None => return Err(StoreError::UnknownList),
        };
        if channel.is_destroyed(write.list) {
            return Err(StoreError::UnknownList);
        }
        channel.expect_link(write)?;
        let authority = &mut channel.authority;
        let before = write
            .client
            .and_then(|client| authority.client(client).cloned());
        let outcome = if write.atomic {
            authority
                .take_all(write.client, &write.mutations, self.now.written)
                .map_err(StoreError::Refused)?
        } else {
            authority.take_within(write.sender(), &write.mutations, self.now.written, PART)
        };
        let touched = self.touched.entry(write.list).or_default();
        touched
            .rows
            .extend(outcome.changes.iter().map(|change| change.row.id()));
        let added = outcome.weight();
        touched.weight += added;
        self.weight += added;
        if let Some(client) = write.client
            && authority.client(client) != before.as_ref()
        {
            touched.clients.insert(client);
        }
        let last = write
            .mutations
            .last()
            .map_or(Seq::ZERO, |mutation| mutation.seq);
        if !write.atomic
            && !channel.is_destroyed(write.list)
            && outcome.acked < last
            && PART.is_used_up(outcome.changes.len(), added)
            && !Portion::PUSH.is_used_up(0, weight + added)
        {
            touched.is_cut = true;
            return Ok(Taken::Part(outcome));
        }
        let catch_up = write.since.and_then(|since| {
            let authority = &channel.authority;
            if channel.is_destroyed(write.list) {
                // Soon it can no longer be read from the database.
                Some(authority.since(since))
            } else {
                authority.since_within(since, NEAR_WEIGHT)
            }
        });
        Ok(Taken::Whole(Ok(Written { outcome, catch_up })))
    }

    /// Trims the touched lists to their bounds.
    fn tidy(&mut self) {
        for (list, touched) in &mut self.touched {
            let Some(Ok(channel)) = self.channels.get_mut(list) else {
                continue;
            };
            let tidied = channel.authority.tidy(self.now.believed, TIDIED_ROWS);
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
}
