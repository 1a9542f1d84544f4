//! The rule by which a channel's owner takes mutations.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use uuid::Uuid;

use crate::{CatchUp, Change, ClientId, Millis, Model, Mutation, Position, Rejection, Row, Seq, Version};

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
    /// Those of the push that were refused, now or when they first arrived.
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
    rows: HashMap<Uuid, Row<M>>,
    by_version: BTreeMap<Version, Uuid>,
    /// Live rows that have a position.
    order: BTreeSet<(Position, Uuid)>,
    clients: HashMap<ClientId, ClientState>,
}

impl<M: Model> Authority<M> {
    /// Builds the authority from what a store kept.
    pub fn restore(
        head: Version,
        pruned: Version,
        rows: impl IntoIterator<Item = Row<M>>,
        clients: impl IntoIterator<Item = (ClientId, ClientState)>,
    ) -> Self {
        todo!()
    }

    /// Takes a client's mutations in order: skips those taken before, refuses what cannot be, and
    /// gives every change the next version. Changes that change nothing take no version.
    ///
    /// Without a client (a caller that cannot repeat itself), nothing is remembered, and the
    /// `seq` of the mutations only names them in the outcome.
    pub fn take(&mut self, client: Option<ClientId>, mutations: &[Mutation<M>], now: Millis) -> Outcome<M> {
        todo!()
    }

    /// All that is newer than the cursor; a reset when it is from before the pruning, or from
    /// beyond the head.
    pub fn since(&self, cursor: Version) -> CatchUp<M> {
        todo!()
    }

    /// The version of the newest change.
    pub fn head(&self) -> Version {
        self.head
    }

    /// A row or tombstone.
    pub fn row(&self, id: Uuid) -> Option<&Row<M>> {
        self.rows.get(&id)
    }

    /// Live rows with a position, in order.
    pub fn ordered(&self) -> impl Iterator<Item = &M> {
        self.order.iter().filter_map(|(_, id)| self.rows.get(id)).map(|row| &row.model)
    }

    /// What is remembered of a client.
    pub fn client(&self, client: ClientId) -> Option<&ClientState> {
        self.clients.get(&client)
    }

    /// How many rows and tombstones it holds: what it costs to keep.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Removes the tombstones that are older than `horizon`, and remembers up to which version.
    /// Answers which rows went.
    pub fn prune(&mut self, horizon: Version) -> Vec<Uuid> {
        todo!()
    }
}
