//! The owner of a channel: its rows and tombstones, its clients, and what it tells them.

mod bounds;
mod taking;

pub use bounds::{Bounds, Tidied};
pub use taking::{Outcome, Portion, Sender};

use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;

use crate::table::Table;
use crate::{
    CatchUp, Change, ClientId, Cursor, Epoch, Millis, Model, Numbers, Rejection, Row, Seq, Version,
};

/// What the authority remembers of a replica, so that nothing is applied twice and a refusal whose answer
/// was lost is sent again.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClientState {
    /// The number of the last mutation that was taken.
    pub acked: Seq,
    /// Refusals that the client may not have received: those since the first mutation of its last push,
    /// and of [`Bounds::SHORT_MEMORY`] numbers before it, at most
    /// [`MAX_MUTATIONS`](crate::MAX_MUTATIONS), since a push has no more.
    pub rejected: Vec<Rejection>,
    /// When the client last pushed, to within a day.
    pub seen_at: Millis,
    /// Which mutations were taken under which numbers.
    pub numbers: Numbers,
}

/// One channel as its owner sees it: all rows and tombstones, their order, and the clients.
///
/// It is pure and in memory. A store keeps one per busy channel, writes [`Outcome::changes`] and the
/// client's [`ClientState`] in one transaction, and drops the authority if that fails.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/line.rs"));
/// # fn main() -> Result<(), sync::Refusal> {
/// use sync::{Authority, ClientId, Mutation, Seq};
///
/// let mut server = Authority::<Line>::restore(Version::ZERO, Version::ZERO, [], []);
/// let client = Some(ClientId(Uuid::from_u128(1)));
/// let mutations = [Mutation { seq: Seq(1), op: add(7, "milk") }];
///
/// let outcome = server.take(client, &mutations, 0);
/// assert_eq!((outcome.acked, outcome.changes.len(), server.head()), (Seq(1), 1, Version(1)));
///
/// // The answer got lost, and the client sends the same again: it is taken once.
/// let repeated = server.take(client, &mutations, 0);
/// assert_eq!((repeated.acked, repeated.changes.len(), server.head()), (Seq(1), 0, Version(1)));
///
/// // A client that has seen nothing yet catches up from the beginning.
/// assert_eq!(server.since(Version::ZERO).changes.len(), 1);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Authority<M> {
    epoch: Option<Epoch>,
    head: Version,
    /// Tombstones up to this version were removed: a cursor before it gets a reset.
    pruned: Version,
    table: Table<M>,
    by_version: BTreeSet<(Version, Uuid)>,
    /// The tombstones in [`Self::by_version`].
    tombstones: BTreeSet<(Version, Uuid)>,
    /// The sum of the tombstones' weights.
    tombstones_weight: usize,
    clients: HashMap<ClientId, ClientState>,
    /// The rows as they were before changes that may have to be undone, in the order of the changes.
    journal: Option<Vec<(Uuid, Option<Row<M>>)>>,
    /// Number of refusals that are remembered of all clients.
    refusals: usize,
    /// Number of used and left-out numbers that are remembered of all clients.
    numbers: usize,
}

impl<M: Model> Authority<M> {
    /// Builds the authority from what a store has kept.
    pub fn restore(
        head: Version,
        pruned: Version,
        rows: impl IntoIterator<Item = Row<M>>,
        clients: impl IntoIterator<Item = (ClientId, ClientState)>,
    ) -> Self {
        let table = Table::new(rows);
        let key = |row: &Row<M>| (row.model.version(), row.model.id());
        let destroyed = || table.rows().filter(|row| row.destroyed);
        let clients: HashMap<_, _> = clients.into_iter().collect();
        Self {
            epoch: None,
            head,
            pruned,
            by_version: table.rows().map(key).collect(),
            tombstones: destroyed().map(key).collect(),
            tombstones_weight: destroyed().map(|row| row.model.weight()).sum(),
            refusals: clients.values().map(|state| state.rejected.len()).sum(),
            numbers: clients.values().map(|state| state.numbers.len()).sum(),
            table,
            clients,
            journal: None,
        }
    }

    /// Sets the epoch of the channel's history.
    #[must_use]
    pub fn with_epoch(self, epoch: Epoch) -> Self {
        Self {
            epoch: Some(epoch),
            ..self
        }
    }

    fn set(&mut self, id: Uuid, row: Option<Row<M>>) {
        let key = |row: &Row<M>| (row.model.version(), id);
        let new = row
            .as_ref()
            .map(|row| (key(row), row.destroyed, row.model.weight()));
        let old = self.table.set(id, row);
        if let Some(old) = &old {
            self.by_version.remove(&key(old));
            if self.tombstones.remove(&key(old)) {
                self.tombstones_weight -= old.model.weight();
            }
        }
        if let Some((key, destroyed, weight)) = new {
            self.by_version.insert(key);
            if destroyed {
                self.tombstones.insert(key);
                self.tombstones_weight += weight;
            }
        }
        if let Some(journal) = &mut self.journal {
            journal.push((id, old));
        }
    }

    /// Returns everything newer than the cursor, or a reset if the cursor is of another epoch, from before
    /// the pruning, or beyond the head.
    pub fn since(&self, cursor: impl Into<Cursor>) -> CatchUp<M> {
        let Some(version) = self.served(cursor.into()) else {
            return self.snapshot();
        };
        let newer = self.by_version.range((version.next(), Uuid::nil())..);
        let changes = newer
            .filter_map(|(_, id)| self.table.get(*id))
            .map(Change::of)
            .collect();
        CatchUp {
            head: self.head,
            epoch: self.epoch,
            reset: false,
            changes,
        }
    }

    /// Returns what [`Self::since`] returns, unless that is a reset or weighs more than `weight`.
    pub fn since_within(&self, cursor: Cursor, weight: usize) -> Option<CatchUp<M>> {
        let version = self.served(cursor)?;
        let mut left = weight;
        for (_, id) in self.by_version.range((version.next(), Uuid::nil())..) {
            left = left.checked_sub(self.table.get(*id).map_or(0, |row| row.model.weight()))?;
        }
        Some(self.since(cursor))
    }

    /// Returns the cursor's version, unless the cursor needs a reset.
    fn served(&self, cursor: Cursor) -> Option<Version> {
        let Cursor { epoch, version } = cursor;
        let is_other = epoch.is_some() && self.epoch.is_some() && epoch != self.epoch;
        (!is_other && (self.pruned..=self.head).contains(&version)).then_some(version)
    }

    /// Returns all live rows: what a new replica starts with, and what a reset contains.
    pub fn snapshot(&self) -> CatchUp<M> {
        let rows = self
            .by_version
            .iter()
            .filter_map(|(_, id)| self.table.get(*id));
        let changes = rows.filter(|row| !row.destroyed).map(Change::of).collect();
        CatchUp {
            head: self.head,
            epoch: self.epoch,
            reset: true,
            changes,
        }
    }

    /// Returns the epoch of the channel's history, if it has one.
    pub fn epoch(&self) -> Option<Epoch> {
        self.epoch
    }

    /// Returns the version of the newest change.
    pub fn head(&self) -> Version {
        self.head
    }

    /// Returns the version up to which tombstones were removed.
    pub fn pruned(&self) -> Version {
        self.pruned
    }

    /// Returns a row or tombstone.
    pub fn row(&self, id: Uuid) -> Option<&Row<M>> {
        self.table.get(id)
    }

    /// Returns the live rows with a position, in order.
    pub fn ordered(&self) -> impl Iterator<Item = &M> {
        self.table.ordered()
    }

    /// Returns what is remembered of a client.
    pub fn client(&self, client: ClientId) -> Option<&ClientState> {
        self.clients.get(&client)
    }

    /// Returns the sum of the weights of all rows and tombstones.
    pub fn weight(&self) -> usize {
        self.table.weight() + self.tombstones_weight
    }

    /// Returns the sum of the weights of the live rows.
    pub fn live_weight(&self) -> usize {
        self.table.weight()
    }

    /// Returns the number of refusals that are remembered of all clients.
    pub fn refusals(&self) -> usize {
        self.refusals
    }

    /// Returns the number of used and left-out numbers that are remembered of all clients.
    pub fn numbers(&self) -> usize {
        self.numbers
    }

    /// Returns the number of clients that are remembered.
    pub fn clients(&self) -> usize {
        self.clients.len()
    }

    /// Returns the number of rows and tombstones.
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Returns whether there are no rows and no tombstones.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Removes the tombstones up to the version `horizon`, and returns their ids.
    pub fn prune(&mut self, horizon: Version) -> Vec<Uuid> {
        let old = self.tombstones.range(..=(horizon, Uuid::max()));
        let old: Vec<_> = old.copied().collect();
        old.into_iter()
            .map(|tombstone| self.remove(tombstone))
            .collect()
    }

    /// Removes a tombstone, and returns its id.
    fn remove(&mut self, (version, id): (Version, Uuid)) -> Uuid {
        self.pruned = self.pruned.max(version);
        self.set(id, None);
        id
    }
}
