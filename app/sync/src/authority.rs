//! The rule by which a channel's owner takes mutations.

use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;

use crate::rules::decide;
use crate::table::Table;
use crate::{
    CatchUp, Change, ClientId, Event, Millis, Model, Mutation, Op, Refusal, Rejection, Row, Seq,
    Version,
};

/// What the authority remembers of a replica, so that nothing is applied twice and a refusal whose
/// answer was lost is told again.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClientState {
    /// The last mutation that was taken.
    pub acked: Seq,
    /// Refusals that the client may not have heard of: those from its last push on.
    pub rejected: Vec<Rejection>,
}

/// What became of a client's mutations.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome<M> {
    /// The last mutation of this client that was taken, now or earlier.
    pub acked: Seq,
    /// Those that were refused, now or earlier, and of which the client may not have heard.
    pub rejected: Vec<Rejection>,
    /// The new changes, one per version, without a gap. A row changed twice stands here twice.
    pub changes: Vec<Change<M>>,
}

/// One channel as its owner sees it: every row and tombstone, the order, the clients.
///
/// It is pure and in memory. A store keeps one per busy channel, writes [`Outcome::changes`] and the
/// client's [`ClientState`] in one transaction, and throws the authority away if that fails.
#[derive(Clone, Debug)]
pub struct Authority<M> {
    head: Version,
    /// Tombstones up to this version were removed: who asks from before gets a reset.
    pruned: Version,
    table: Table<M>,
    by_version: BTreeSet<(Version, Uuid)>,
    clients: HashMap<ClientId, ClientState>,
    /// The rows as they were before what may have to be taken back, in the order of the changes.
    journal: Option<Vec<(Uuid, Option<Row<M>>)>>,
}

impl<M: Model> Authority<M> {
    /// Builds the authority from what a store kept.
    pub fn restore(
        head: Version,
        pruned: Version,
        rows: impl IntoIterator<Item = Row<M>>,
        clients: impl IntoIterator<Item = (ClientId, ClientState)>,
    ) -> Self {
        let table = Table::new(rows);
        let by_version = table
            .rows()
            .map(|row| (row.model.version(), row.model.id()))
            .collect();
        Self {
            head,
            pruned,
            table,
            by_version,
            clients: clients.into_iter().collect(),
            journal: None,
        }
    }

    /// Takes a client's mutations in order: skips those taken before, refuses what cannot be, and
    /// gives every change the next version. Changes that change nothing take no version.
    ///
    /// Without a client (a caller that cannot repeat itself), nothing is remembered, and the
    /// `seq` of the mutations only names them in the outcome.
    pub fn take(
        &mut self,
        client: Option<ClientId>,
        mutations: &[Mutation<M>],
        now: Millis,
    ) -> Outcome<M> {
        let mut state = client
            .and_then(|client| self.client(client))
            .cloned()
            .unwrap_or_default();
        if let Some(first) = mutations.first() {
            // The client still waits for the answer to its first mutation; it heard of all before.
            // A push without mutations says nothing of the kind: it may have been overtaken.
            state
                .rejected
                .retain(|rejection| rejection.seq >= first.seq);
        }
        let mut changes = Vec::new();
        for Mutation { seq, op } in mutations {
            if client.is_some() && *seq <= state.acked {
                continue;
            }
            state.acked = *seq;
            match self.apply(op, now) {
                Ok(change) => changes.extend(change),
                Err(reason) => state.rejected.push(Rejection { seq: *seq, reason }),
            }
        }
        if let Some(client) = client.filter(|_| !mutations.is_empty()) {
            self.clients.insert(client, state.clone());
        }
        Outcome {
            acked: state.acked,
            rejected: state.rejected,
            changes,
        }
    }

    /// Takes all of a client's mutations, or none: if one is refused, the authority is as it was, and
    /// nothing is remembered of the client either, so that the same can be tried again.
    ///
    /// # Errors
    /// Why the first one that cannot be is refused.
    pub fn take_all(
        &mut self,
        client: Option<ClientId>,
        mutations: &[Mutation<M>],
        now: Millis,
    ) -> Result<Outcome<M>, Refusal> {
        let head = self.head;
        let before = client.and_then(|client| self.client(client)).cloned();
        let acked = before.as_ref().map_or(0, |state| state.acked);
        self.journal = Some(Vec::new());
        let outcome = self.take(client, mutations, now);
        let journal = self.journal.take().unwrap_or_default();
        let mut rejected = outcome.rejected.iter();
        let Some(first) = rejected.find(|it| client.is_none() || it.seq > acked) else {
            return Ok(outcome);
        };
        for (id, row) in journal.into_iter().rev() {
            self.set(id, row);
        }
        self.head = head;
        if let Some(client) = client {
            match before {
                Some(state) => self.clients.insert(client, state),
                None => self.clients.remove(&client),
            };
        }
        Err(first.reason.clone())
    }

    fn apply(&mut self, op: &Op<M>, now: Millis) -> Result<Option<Change<M>>, Refusal> {
        let Some(mut row) = decide(&self.table, op, now)? else {
            return Ok(None);
        };
        self.head += 1;
        row.model.stamp(self.head, now);
        let event = match (self.table.get(op.id()), row.destroyed) {
            (None, _) => Event::Created,
            (Some(_), false) => Event::Updated,
            (Some(_), true) => Event::Destroyed,
        };
        let change = Change {
            event,
            row: row.model.clone(),
        };
        self.set(op.id(), Some(row));
        Ok(Some(change))
    }

    fn set(&mut self, id: Uuid, row: Option<Row<M>>) {
        let key = |row: &Row<M>| (row.model.version(), id);
        let new = row.as_ref().map(key);
        let old = self.table.set(id, row);
        if let Some(old) = &old {
            self.by_version.remove(&key(old));
        }
        self.by_version.extend(new);
        if let Some(journal) = &mut self.journal {
            journal.push((id, old));
        }
    }

    /// All that is newer than the cursor; a reset when it is from before the pruning, or from
    /// beyond the head.
    pub fn since(&self, cursor: Version) -> CatchUp<M> {
        if cursor < self.pruned || cursor > self.head {
            return self.snapshot();
        }
        let newer = self.by_version.range((cursor + 1, Uuid::nil())..);
        let changes = newer
            .filter_map(|(_, id)| self.table.get(*id))
            .map(Change::of)
            .collect();
        CatchUp {
            head: self.head,
            reset: false,
            changes,
        }
    }

    /// All live rows: what a new replica begins with, and what a reset says.
    pub fn snapshot(&self) -> CatchUp<M> {
        let rows = self
            .by_version
            .iter()
            .filter_map(|(_, id)| self.table.get(*id));
        let changes = rows.filter(|row| !row.destroyed).map(Change::of).collect();
        CatchUp {
            head: self.head,
            reset: true,
            changes,
        }
    }

    /// The version of the newest change.
    pub fn head(&self) -> Version {
        self.head
    }

    /// The version up to which tombstones were removed.
    pub fn pruned(&self) -> Version {
        self.pruned
    }

    /// A row or tombstone.
    pub fn row(&self, id: Uuid) -> Option<&Row<M>> {
        self.table.get(id)
    }

    /// Live rows with a position, in order.
    pub fn ordered(&self) -> impl Iterator<Item = &M> {
        self.table.ordered()
    }

    /// What is remembered of a client.
    pub fn client(&self, client: ClientId) -> Option<&ClientState> {
        self.clients.get(&client)
    }

    /// How many rows and tombstones it holds: what it costs to keep.
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Removes the tombstones up to the version `horizon`, and remembers the newest one that went.
    /// Answers which rows went.
    pub fn prune(&mut self, horizon: Version) -> Vec<Uuid> {
        let old = self.by_version.range(..=(horizon, Uuid::max()));
        let is_tombstone = |id: &Uuid| self.table.get(*id).is_some_and(|row| row.destroyed);
        let tombstones: Vec<_> = old.filter(|(_, id)| is_tombstone(id)).copied().collect();
        for &(version, id) in &tombstones {
            self.pruned = self.pruned.max(version);
            self.set(id, None);
        }
        tombstones.into_iter().map(|(_, id)| id).collect()
    }
}
