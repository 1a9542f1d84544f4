//! Large writes that are taken whole: their new rows are stored a few at a time, between other lists'
//! commits, and shown all at once.
//!
//! A staged row has a version beyond its list's head, where no reader looks. One small commit moves the
//! head, and remembers the client's numbers: until then nothing was taken, and afterwards all of it. What
//! a crash leaves staged is removed when the database is next opened, or the list next written to.
//! Meanwhile other requests for the list wait. If another process writes to it, its next revision shows
//! that, and the write begins anew.

use std::{collections::HashSet, panic::AssertUnwindSafe};

use app::Record;
use sqlx::{AnyConnection, Connection as _};
use sync::{Change, ClientId, ClientState, Event, Millis, Model as _, Outcome};
use uuid::Uuid;

use super::{
    StoreError, Write, Written, batch, cache::Cache, channel::Channel, history, items, lists,
    waiting::Entry,
};
use crate::hub::Hub;

/// Most rows that one commit stages.
const ROWS: usize = 16;

/// Weight of the rows after which a commit stages no more, in bytes.
const WEIGHT: usize = 32 * 1024;

/// How many changes are told before others have their turn.
const TOLD: usize = 32;

/// Removes what was staged when the database was last closed, or its process died.
///
/// # Errors
/// When it cannot be committed.
pub(super) async fn clear(connection: &mut AnyConnection) -> Result<(), StoreError> {
    for list in lists::staging(connection).await? {
        let mut transaction = connection.begin().await?;
        // The revision that this gives it tells another process that is just staging there.
        if let Some(stored) = lists::lock(&mut transaction, &[list]).await?.pop() {
            items::delete_staged(&mut transaction, list, stored.head).await?;
            lists::set_staging(&mut transaction, list, stored.revision, false).await?;
        }
        transaction.commit().await?;
    }
    Ok(())
}

/// A write that was decided on, or not, with the list as it is then.
pub(super) struct Decided {
    pub(super) entry: Entry,
    pub(super) channel: Channel,
    outcome: Result<Outcome<Record>, StoreError>,
    /// What was known of the client before.
    before: Option<ClientState>,
}

/// Decides on a write. For a thread that may be kept for long.
pub(super) fn decide(entry: Entry, mut channel: Channel, now: Millis) -> Decided {
    let write = &entry.write;
    let authority = &mut channel.authority;
    let client = write.client.and_then(|client| authority.client(client));
    let before = client.cloned();
    let taken = AssertUnwindSafe(|| authority.take_all(write.client, &write.mutations, now));
    let outcome = match std::panic::catch_unwind(taken) {
        Ok(taken) => taken.map_err(StoreError::Refused),
        Err(_) => Err(StoreError::Panicked),
    };
    Decided {
        entry,
        channel,
        outcome,
        before,
    }
}

/// A large write that is under way.
pub(super) struct Staging {
    entry: Entry,
    step: Step,
}

enum Step {
    Store(Box<Store>),
    Tell(Outcome<Record>, usize),
}

struct Store {
    channel: Channel,
    outcome: Outcome<Record>,
    before: Option<ClientState>,
    /// The rows that are new, in the order of their versions.
    new: Vec<Uuid>,
    /// How many of them are stored.
    stored: usize,
    /// Whether the list has been locked.
    is_begun: bool,
}

/// What a step leads to.
pub(super) enum Next {
    /// There is more to do.
    GoOn(Staging),
    /// The request is answered.
    Done,
    /// Somebody else has written to the list: what was decided does not hold.
    Anew(Entry),
}

impl Staging {
    /// The write, if it was taken.
    ///
    /// # Errors
    /// Else it is answered, and this is the list, as it was.
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
                // As they are now: some have got another key since, and with it another version.
                new.sort_by_key(|id| {
                    let row = channel.authority.row(*id);
                    row.map(|row| row.model.version())
                });
                let step = Step::Store(Box::new(Store {
                    channel,
                    outcome,
                    before,
                    new,
                    stored: 0,
                    is_begun: false,
                }));
                Ok(Self { entry, step })
            }
            Err(error) => {
                let is_spoiled = matches!(error, StoreError::Panicked);
                entry.answer(Err(error));
                Err((!is_spoiled).then(|| Box::new(channel)))
            }
        }
    }

    /// The request's list.
    pub(super) fn list(&self) -> Uuid {
        self.entry.write.list
    }

    /// Answers the request that it could not be done.
    pub(super) fn fail(self, error: StoreError) {
        self.entry.answer(Err(error));
    }

    /// Whether the next step is a commit.
    pub(super) fn is_storing(&self) -> bool {
        matches!(self.step, Step::Store(_))
    }

    /// Tells some of the changes; all of them are committed.
    pub(super) fn tell(self, hub: &Hub) -> Next {
        let Self { entry, step } = self;
        let Step::Tell(outcome, told) = step else {
            return Next::GoOn(Self { entry, step });
        };
        let end = outcome.changes.len().min(told + TOLD);
        let write = &entry.write;
        let (list, cause) = (write.list, write.socket.as_ref());
        if told < end {
            let publish = || hub.publish(list, &outcome.changes[told..end], cause);
            // It is committed: whatever happens while it is told, the caller is answered that it is.
            if std::panic::catch_unwind(AssertUnwindSafe(publish)).is_err() {
                tracing::error!("the hub panicked");
            }
        }
        if end < outcome.changes.len() {
            let step = Step::Tell(outcome, end);
            return Next::GoOn(Self { entry, step });
        }
        entry.answer(Ok(Written {
            outcome,
            catch_up: None,
        }));
        Next::Done
    }

    /// Commits some of the new rows, or, when all are stored, what shows them.
    ///
    /// # Errors
    /// Then the write is given up.
    pub(super) async fn store(
        self,
        connection: &mut AnyConnection,
        cache: &mut Cache,
        now: Millis,
    ) -> Result<Next, (Entry, StoreError)> {
        let Self { entry, step } = self;
        let Step::Store(mut store) = step else {
            return Ok(Next::GoOn(Self { entry, step }));
        };
        let write = &entry.write;
        if store.stored < store.new.len() {
            return match store.stage(connection, write.list).await {
                Ok(true) => Ok(Next::GoOn(Self {
                    entry,
                    step: Step::Store(store),
                })),
                Ok(false) => Ok(Next::Anew(entry)),
                Err(error) => Err((entry, error)),
            };
        }
        match store.show(connection, cache, write, now).await {
            Ok(Some(outcome)) => Ok(Next::GoOn(Self {
                entry,
                step: Step::Tell(outcome, 0),
            })),
            Ok(None) => Ok(Next::Anew(entry)),
            Err(error) => Err((entry, error)),
        }
    }
}

impl Store {
    /// Commits some of the new rows. `false` if somebody else has written to the list.
    async fn stage(
        &mut self,
        connection: &mut AnyConnection,
        list: Uuid,
    ) -> Result<bool, StoreError> {
        let mut transaction = connection.begin().await?;
        if !self.is_begun && !self.lock(&mut transaction, list).await? {
            return Ok(false);
        }
        let revision = self.channel.revision;
        if !lists::set_staging(&mut transaction, list, revision, true).await? {
            return Ok(false);
        }
        let mut weight = 0;
        let rows = self.new[self.stored..].iter().map_while(|id| {
            if weight >= WEIGHT {
                return None;
            }
            let row = self.channel.authority.row(*id)?;
            weight += row.model.weight();
            Some(items::Written {
                list,
                item: row.model.as_item()?,
                destroyed: row.destroyed,
            })
        });
        let rows: Vec<_> = rows.take(ROWS).collect();
        if rows.is_empty() {
            // A model without items would never be done.
            return Err(StoreError::Panicked);
        }
        items::upsert(&mut transaction, &rows).await?;
        let stored = rows.len();
        transaction.commit().await?;
        self.stored += stored;
        self.is_begun = true;
        Ok(true)
    }

    /// Locks the list, and removes what others have left staged in it. `false` if it is not as it was
    /// decided on.
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
        if stored.is_staging && !self.is_begun {
            items::delete_staged(connection, list, stored.head).await?;
        }
        self.channel.revision = stored.revision;
        Ok(true)
    }

    /// Commits the list's new head and all that is not staged. `None` if somebody else has written to the
    /// list.
    async fn show(
        mut self: Box<Self>,
        connection: &mut AnyConnection,
        cache: &mut Cache,
        write: &Write,
        now: Millis,
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
