//! Takes large writes whole, without blocking others: their new rows are stored in small parts,
//! between other lists' commits, and shown all at once.
//!
//! A staged row has a version beyond its list's head, where no reader looks. One small commit
//! advances the head and records the client's numbers: before it, nothing is taken, and after it,
//! everything. Rows that a crash leaves staged are deleted when the database is next opened, or the
//! list next written to. Other writes to the list wait meanwhile. If another process writes to the
//! list, the revision reveals it, and the write starts over.

use std::{collections::HashSet, panic::AssertUnwindSafe};

use app::Record;
use sqlx::{AnyConnection, Connection as _};
use sync::{Change, ClientId, ClientState, Event, Millis, Model as _, Outcome};
use uuid::Uuid;

use super::{
    StoreError, Write, Written, batch, cache::Cache, channel::Channel, history, items, lists,
    waiting::Entry,
};
use crate::{
    clock::Times,
    hub::{self, Hub},
};

/// Maximum number of rows that one commit stages.
const ROWS_PER_COMMIT: usize = 16;

/// Size of the rows after which a commit stages no more, in bytes.
const BYTES_PER_COMMIT: usize = 32 * 1024;

/// Number of changes that are published before other requests have their turn.
const CHANGES_PER_TURN: usize = 32;

/// Deletes what is still staged from when the database was last used.
///
/// # Errors
/// When it cannot be committed.
pub(super) async fn clear(connection: &mut AnyConnection) -> Result<(), StoreError> {
    for list in lists::staging(connection).await? {
        let mut transaction = connection.begin().await?;
        // Locking increments the revision, which tells another process that is staging there.
        if let Some(stored) = lists::lock(&mut transaction, &[list]).await?.pop() {
            items::delete_staged(&mut transaction, list, stored.head).await?;
            lists::set_staging(&mut transaction, list, stored.revision, false).await?;
        }
        transaction.commit().await?;
    }
    Ok(())
}

/// A write that was decided on, and the list as it is afterwards.
pub(super) struct Decided {
    pub(super) entry: Entry,
    pub(super) channel: Channel,
    outcome: Result<Outcome<Record>, StoreError>,
    /// The client's state before.
    before: Option<ClientState>,
}

/// Decides on a write. May occupy its thread for long.
pub(super) fn decide(entry: Entry, mut channel: Channel, now: Millis) -> Decided {
    let write = &entry.write;
    let is_valid = channel.expect_link(write);
    let authority = &mut channel.authority;
    let client = write.client.and_then(|client| authority.client(client));
    let before = client.cloned();
    let taken = AssertUnwindSafe(|| authority.take_all(write.client, &write.mutations, now));
    let outcome = match is_valid.map(|()| std::panic::catch_unwind(taken)) {
        Ok(Ok(taken)) => taken.map_err(StoreError::Refused),
        Ok(Err(_)) => Err(StoreError::Panicked),
        Err(stale) => Err(stale),
    };
    Decided {
        entry,
        channel,
        outcome,
        before,
    }
}

/// A large write under way.
pub(super) enum Staging {
    /// Its rows are being stored.
    Storing(Storing),
    /// It is committed, and being published.
    Telling(Telling),
}

/// A large write of which some rows are stored, and nothing is shown.
pub(super) struct Storing {
    entry: Entry,
    store: Box<Store>,
}

struct Store {
    channel: Channel,
    outcome: Outcome<Record>,
    before: Option<ClientState>,
    /// The new rows, in the order of their versions.
    new: Vec<Uuid>,
    /// The number of rows stored so far.
    stored: usize,
}

/// A committed large write, some changes of which are published.
pub(super) struct Telling {
    entry: Entry,
    outcome: Outcome<Record>,
    /// The number of changes published so far.
    told: usize,
}

/// The result of a step.
pub(super) enum Next {
    /// There is more to do.
    GoOn(Staging),
    /// The write is answered.
    Done,
    /// Another process has written to the list, so the decision is void.
    Anew(Entry),
}

impl Staging {
    /// Starts storing a write, if it was accepted.
    ///
    /// # Errors
    /// If it was refused, it has been answered, and this is the unchanged list.
    pub(super) fn new(decided: Decided) -> Result<Self, Option<Box<Channel>>> {
        let Decided {
            entry,
            channel,
            outcome,
            before,
        } = decided;
        match outcome {
            Ok(outcome) => {
                let created = |change: &Change<Record>| change.event == Event::Created;
                let new = outcome.changes.iter().filter(|change| created(change));
                let mut new: Vec<Uuid> = new.map(|change| change.row.id()).collect();
                // By their current versions: respacing may have changed some rows since.
                new.sort_by_key(|id| {
                    let row = channel.authority.row(*id);
                    row.map(|row| row.model.version())
                });
                let store = Box::new(Store {
                    channel,
                    outcome,
                    before,
                    new,
                    stored: 0,
                });
                Ok(Self::Storing(Storing { entry, store }))
            }
            Err(error) => {
                let is_spoiled = matches!(error, StoreError::Panicked);
                entry.answer(Err(error));
                Err((!is_spoiled).then(|| Box::new(channel)))
            }
        }
    }
}

impl Telling {
    /// Returns the write's list.
    pub(super) fn list(&self) -> Uuid {
        self.entry.write.list
    }

    /// Publishes some of the changes.
    pub(super) fn tell(mut self, hub: &Hub) -> Next {
        let changes = &self.outcome.changes;
        let end = changes.len().min(self.told + CHANGES_PER_TURN);
        let write = &self.entry.write;
        let (list, cause) = (write.list, write.socket.as_ref());
        if self.told < end {
            hub::guarded(|| hub.publish(list, &changes[self.told..end], cause));
        }
        if end < changes.len() {
            self.told = end;
            return Next::GoOn(Staging::Telling(self));
        }
        self.entry.answer(Ok(Written {
            outcome: self.outcome,
            catch_up: None,
        }));
        Next::Done
    }
}

impl Storing {
    /// Returns the write's list.
    pub(super) fn list(&self) -> Uuid {
        self.entry.write.list
    }

    /// Answers the write with an error.
    pub(super) fn fail(self, error: StoreError) {
        self.entry.answer(Err(error));
    }

    /// Commits some of the new rows or, once all are stored, what shows them.
    ///
    /// # Errors
    /// Then the write is abandoned.
    pub(super) async fn store(
        self,
        connection: &mut AnyConnection,
        cache: &mut Cache,
        now: Times,
    ) -> Result<Next, (Entry, StoreError)> {
        let Self { entry, mut store } = self;
        let write = &entry.write;
        if store.stored < store.new.len() {
            return match store.stage(connection, write.list).await {
                Ok(true) => Ok(Next::GoOn(Staging::Storing(Self { entry, store }))),
                Ok(false) => Ok(Next::Anew(entry)),
                Err(error) => Err((entry, error)),
            };
        }
        match store.show(connection, cache, write, now).await {
            Ok(Some(outcome)) => Ok(Next::GoOn(Staging::Telling(Telling {
                entry,
                outcome,
                told: 0,
            }))),
            Ok(None) => Ok(Next::Anew(entry)),
            Err(error) => Err((entry, error)),
        }
    }
}

impl Store {
    /// Commits some of the new rows. Returns false if another process has written to the list.
    async fn stage(
        &mut self,
        connection: &mut AnyConnection,
        list: Uuid,
    ) -> Result<bool, StoreError> {
        let mut transaction = connection.begin().await?;
        if self.stored == 0 && !self.lock(&mut transaction, list).await? {
            return Ok(false);
        }
        let revision = self.channel.revision;
        if !lists::set_staging(&mut transaction, list, revision, true).await? {
            return Ok(false);
        }
        let mut weight = 0;
        let rows = self.new[self.stored..].iter().map_while(|id| {
            if weight >= BYTES_PER_COMMIT {
                return None;
            }
            let row = self.channel.authority.row(*id)?;
            weight += row.model.weight();
            Some(items::ItemRow {
                list,
                item: row.model.as_item()?,
                destroyed: row.destroyed,
            })
        });
        let rows: Vec<_> = rows.take(ROWS_PER_COMMIT).collect();
        if rows.is_empty() {
            // Nothing to store would mean an endless loop.
            return Err(StoreError::Panicked);
        }
        items::upsert(&mut transaction, &rows).await?;
        let stored = rows.len();
        transaction.commit().await?;
        self.stored += stored;
        Ok(true)
    }

    /// Locks the list, and deletes what others have left staged in it. Returns false if the list
    /// has changed since the decision.
    async fn lock(
        &mut self,
        connection: &mut AnyConnection,
        list: Uuid,
    ) -> Result<bool, StoreError> {
        let Some(stored) = lists::lock(connection, &[list]).await?.pop() else {
            return Ok(false);
        };
        if !self.channel.is_current(&stored) {
            return Ok(false);
        }
        if stored.is_staging && self.stored == 0 {
            items::delete_staged(connection, list, stored.head).await?;
        }
        self.channel.revision = stored.revision;
        Ok(true)
    }

    /// Commits the list's new head, and everything that is not staged. Returns `None` if another
    /// process has written to the list.
    async fn show(
        mut self: Box<Self>,
        connection: &mut AnyConnection,
        cache: &mut Cache,
        write: &Write,
        now: Times,
    ) -> Result<Option<Outcome<Record>>, StoreError> {
        let list = write.list;
        let mut transaction = connection.begin().await?;
        history::count_commit(&mut transaction).await?;
        if !self.lock(&mut transaction, list).await? {
            return Ok(None);
        }
        let revision = self.channel.revision;
        lists::set_staging(&mut transaction, list, revision, false).await?;
        let Self {
            channel,
            outcome,
            before,
            new,
            ..
        } = *self;
        let is_news = |client: &ClientId| channel.authority.client(*client) != before.as_ref();
        let client = write.client.filter(is_news);
        let staged: HashSet<Uuid> = new.into_iter().collect();
        let changed = outcome.changes.iter().map(|change| change.row.id());
        let rest = changed.filter(|id| !staged.contains(id)).collect();
        let channel = batch::finish(&mut transaction, list, channel, rest, client, now).await?;
        transaction.commit().await?;
        cache.put(list, channel);
        cache.evict();
        Ok(Some(outcome))
    }
}
