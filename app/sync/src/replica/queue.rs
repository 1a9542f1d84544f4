//! The mutations that wait for the authority's answer.

use std::collections::{HashMap, VecDeque};

use uuid::Uuid;

use super::{Outbox, StoredMutation};
use crate::{ClientId, MAX_MUTATIONS, Millis, Model, Mutation, Op, Seq};

/// A replica's own mutations and those that it adopted, in the order in which they were made, so that the
/// later edit of a field wins, whichever tab made it. Each client's mutations stay in the order of their
/// numbers.
#[derive(Clone, Debug)]
pub(super) struct Queue<M: Model> {
    own: ClientId,
    next_seq: Seq,
    pending: VecDeque<Pending<M>>,
    /// Number of pending mutations on each row.
    touched: HashMap<Uuid, usize>,
}

/// A mutation that waits for its acknowledgement.
#[derive(Clone, Debug)]
struct Pending<M: Model> {
    /// The client that numbered it.
    client_id: ClientId,
    /// The mutation, and when it was made, so that each replay creates the same row.
    stored: StoredMutation<M>,
    /// Its size as JSON, in bytes.
    size: usize,
}

impl<M: Model> Pending<M> {
    fn new(client_id: ClientId, stored: StoredMutation<M>) -> Self {
        // A patch that cannot be serialized could not be pushed either, so its size does not matter.
        let size = serde_json::to_vec(&stored.mutation).map_or(0, |json| json.len());
        Self {
            client_id,
            stored,
            size,
        }
    }

    fn id(&self) -> Uuid {
        self.stored.mutation.op.id()
    }

    /// Returns the key by which the queue is ordered. Of mutations made at the same time, own ones come last.
    fn order(&self, own: ClientId) -> (Millis, bool, ClientId, Seq) {
        let is_own = self.client_id == own;
        let StoredMutation { mutation, at } = &self.stored;
        (*at, is_own, self.client_id, mutation.seq)
    }
}

impl<M: Model> Queue<M> {
    pub(super) fn new(own: ClientId) -> Self {
        Self {
            own,
            next_seq: Seq::ZERO.next(),
            pending: VecDeque::new(),
            touched: HashMap::new(),
        }
    }

    /// Restores a queue. It goes on counting at `next_seq`, or behind `pending` if that leads further.
    pub(super) fn from_stored(
        own: ClientId,
        next_seq: Seq,
        pending: Vec<StoredMutation<M>>,
    ) -> Self {
        let mut queue = Self {
            next_seq,
            ..Self::new(own)
        };
        for stored in &pending {
            queue.next_seq = queue.next_seq.max(stored.mutation.seq.next());
        }
        queue.insert(own, pending);
        queue
    }

    /// Gives the operation the next number and queues it. It must not be older than
    /// [`Self::newest`].
    pub(super) fn add(&mut self, op: Op<M>, at: Millis) {
        let seq = self.next_seq;
        self.next_seq = seq.next();
        let mutation = Mutation { seq, op };
        self.insert(self.own, [StoredMutation { mutation, at }]);
    }

    /// Returns when the last mutation was made.
    pub(super) fn newest(&self) -> Millis {
        let last = self.pending.back();
        last.map_or(Millis::MIN, |last| last.stored.at)
    }

    /// Queues another client's mutations under their own numbers, ordered by when they were made. Does
    /// nothing if that client has some here already.
    pub(super) fn adopt(&mut self, outbox: Outbox<M>) {
        let Outbox { client_id, pending } = outbox;
        if client_id != self.own && self.of(client_id).next().is_none() {
            self.insert(client_id, pending);
        }
    }

    /// Queues mutations of one client, in the order of their numbers. If its clock went back, a mutation
    /// counts as old as the one before it.
    fn insert(&mut self, client_id: ClientId, stored: impl IntoIterator<Item = StoredMutation<M>>) {
        let mut newest = Millis::MIN;
        for mut stored in stored {
            newest = newest.max(stored.at);
            stored.at = newest;
            let pending = Pending::new(client_id, stored);
            *self.touched.entry(pending.id()).or_default() += 1;
            let order = pending.order(self.own);
            let (Ok(place) | Err(place)) = self
                .pending
                .binary_search_by_key(&order, |it| it.order(self.own));
            self.pending.insert(place, pending);
        }
    }

    /// Removes and returns the mutations of a client up to the number `acked`.
    pub(super) fn settle(&mut self, client_id: ClientId, acked: Seq) -> Vec<Mutation<M>> {
        let is_taken =
            |it: &Pending<M>| it.client_id == client_id && it.stored.mutation.seq <= acked;
        let mut taken = Vec::new();
        if self.pending.iter().any(is_taken) {
            for pending in std::mem::take(&mut self.pending) {
                if is_taken(&pending) {
                    taken.push(pending);
                } else {
                    self.pending.push_back(pending);
                }
            }
        }
        for pending in &taken {
            let id = pending.id();
            match self.touched.get_mut(&id) {
                Some(count) if *count > 1 => *count -= 1,
                _ => _ = self.touched.remove(&id),
            }
        }
        taken
            .into_iter()
            .map(|pending| pending.stored.mutation)
            .collect()
    }

    /// Returns the client whose mutations are sent next.
    pub(super) fn first_client(&self) -> ClientId {
        self.pending
            .front()
            .map_or(self.own, |pending| pending.client_id)
    }

    /// Returns the lowest number that the first client has here.
    pub(super) fn begins(&self) -> Option<Seq> {
        let first = self.pending.front();
        first.map(|pending| pending.stored.mutation.seq)
    }

    /// Returns the oldest mutations of the first client: at least one, at most [`MAX_MUTATIONS`], and no
    /// more than fit into `max_bytes` as elements of a JSON array.
    pub(super) fn batch(&self, max_bytes: usize) -> Vec<Mutation<M>> {
        let mut used = 0;
        let fits = |pending: &&Pending<M>| {
            let first = used == 0;
            used += pending.size + 1;
            first || used <= max_bytes + 1
        };
        let first = self.first_client();
        let run = self.pending.iter().take_while(|it| it.client_id == first);
        run.take(MAX_MUTATIONS)
            .take_while(fits)
            .map(|pending| pending.stored.mutation.clone())
            .collect()
    }

    /// Returns a client's mutations.
    pub(super) fn of(&self, client_id: ClientId) -> impl Iterator<Item = &StoredMutation<M>> {
        let theirs = self
            .pending
            .iter()
            .filter(move |it| it.client_id == client_id);
        theirs.map(|pending| &pending.stored)
    }

    /// Returns the mutations of other clients.
    pub(super) fn adopted(&self) -> Vec<Outbox<M>> {
        let mut adopted: Vec<Outbox<M>> = Vec::new();
        for pending in self.pending.iter().filter(|it| it.client_id != self.own) {
            let stored = pending.stored.clone();
            let known = adopted
                .iter_mut()
                .find(|it| it.client_id == pending.client_id);
            match known {
                Some(outbox) => outbox.pending.push(stored),
                None => adopted.push(Outbox {
                    client_id: pending.client_id,
                    pending: vec![stored],
                }),
            }
        }
        adopted
    }

    pub(super) fn own(&self) -> ClientId {
        self.own
    }

    pub(super) fn next_seq(&self) -> Seq {
        self.next_seq
    }

    pub(super) fn len(&self) -> usize {
        self.pending.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.pending.is_empty()
    }

    pub(super) fn touches(&self, id: Uuid) -> bool {
        self.touched.contains_key(&id)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &StoredMutation<M>> {
        self.pending.iter().map(|pending| &pending.stored)
    }
}
