//! The mutations that the authority has not answered yet.

use std::collections::{HashMap, VecDeque};
use std::ops::Range;

use uuid::Uuid;

use super::{Outbox, StoredMutation};
use crate::{ClientId, MOST_MUTATIONS, Millis, Model, Mutation, Op, Seq};

/// A replica's own mutations in the order they were made, and before them those that it adopted.
/// What was numbered by one client stands together.
#[derive(Clone, Debug)]
pub(super) struct Queue<M: Model> {
    own: ClientId,
    next_seq: Seq,
    pending: VecDeque<Pending<M>>,
    /// How many pending mutations are on each row.
    touched: HashMap<Uuid, usize>,
}

/// A mutation that waits for its acknowledgement.
#[derive(Clone, Debug)]
struct Pending<M: Model> {
    /// Who numbered it.
    client_id: ClientId,
    /// The mutation, and when it was made: so that a replay makes the same row of it each time.
    stored: StoredMutation<M>,
    /// Its size as JSON, in bytes.
    size: usize,
}

impl<M: Model> Pending<M> {
    fn new(client_id: ClientId, stored: StoredMutation<M>) -> Self {
        // A patch that is no JSON could not be pushed either; its size does not matter then.
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
}

impl<M: Model> Queue<M> {
    pub(super) fn new(own: ClientId) -> Self {
        Self {
            own,
            next_seq: 1,
            pending: VecDeque::new(),
            touched: HashMap::new(),
        }
    }

    /// A queue that goes on counting at `next_seq`, if `pending` does not lead beyond it.
    pub(super) fn from_stored(
        own: ClientId,
        next_seq: Seq,
        pending: Vec<StoredMutation<M>>,
    ) -> Self {
        let mut queue = Self {
            next_seq,
            ..Self::new(own)
        };
        for stored in pending {
            queue.next_seq = queue.next_seq.max(stored.mutation.seq + 1);
            queue.insert(queue.pending.len(), own, stored);
        }
        queue
    }

    /// Gives the operation the next number and queues it.
    pub(super) fn add(&mut self, op: Op<M>, at: Millis) {
        let seq = self.next_seq;
        self.next_seq += 1;
        let mutation = Mutation { seq, op };
        self.insert(
            self.pending.len(),
            self.own,
            StoredMutation { mutation, at },
        );
    }

    /// Queues another client's mutations, with the numbers that they have, before the own ones.
    /// Those of a client that has some here already are left out.
    pub(super) fn adopt(&mut self, outbox: Outbox<M>) {
        let Outbox { client_id, pending } = outbox;
        if client_id == self.own || !self.run(client_id).is_empty() {
            return;
        }
        let behind = self.run(self.own).start;
        for (place, stored) in (behind..).zip(pending) {
            self.insert(place, client_id, stored);
        }
    }

    fn insert(&mut self, place: usize, client_id: ClientId, stored: StoredMutation<M>) {
        let pending = Pending::new(client_id, stored);
        *self.touched.entry(pending.id()).or_default() += 1;
        self.pending.insert(place, pending);
    }

    /// Where a client's mutations stand; at the end if it has none.
    fn run(&self, client_id: ClientId) -> Range<usize> {
        let is_theirs = |pending: &Pending<M>| pending.client_id == client_id;
        let start = self.pending.iter().position(is_theirs);
        let start = start.unwrap_or(self.pending.len());
        let theirs = self.pending.range(start..).take_while(|it| is_theirs(it));
        start..start + theirs.count()
    }

    /// Removes and answers the mutations of a client that were taken, up to the number `acked`.
    pub(super) fn settle(&mut self, client_id: ClientId, acked: Seq) -> Vec<Mutation<M>> {
        let Range { start, end } = self.run(client_id);
        let taken = self.pending.range(start..end);
        let taken = taken.take_while(|pending| pending.stored.mutation.seq <= acked);
        let end = start + taken.count();
        let taken: Vec<_> = self.pending.drain(start..end).collect();
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

    /// Whose turn it is to be sent.
    pub(super) fn first_client(&self) -> ClientId {
        self.pending
            .front()
            .map_or(self.own, |pending| pending.client_id)
    }

    /// The oldest mutations of the first client that fit into `max_bytes` as elements of a JSON
    /// array, but at least one, and at most [`MOST_MUTATIONS`].
    pub(super) fn batch(&self, max_bytes: usize) -> Vec<Mutation<M>> {
        let mut used = 0;
        let fits = |pending: &&Pending<M>| {
            let first = used == 0;
            used += pending.size + 1;
            first || used <= max_bytes + 1
        };
        self.pending
            .range(self.run(self.first_client()))
            .take(MOST_MUTATIONS)
            .take_while(fits)
            .map(|pending| pending.stored.mutation.clone())
            .collect()
    }

    /// A client's mutations.
    pub(super) fn of(&self, client_id: ClientId) -> impl Iterator<Item = &StoredMutation<M>> {
        let run = self.pending.range(self.run(client_id));
        run.map(|pending| &pending.stored)
    }

    /// The mutations of other clients.
    pub(super) fn adopted(&self) -> Vec<Outbox<M>> {
        let mut adopted: Vec<Outbox<M>> = Vec::new();
        for pending in self.pending.iter().take(self.run(self.own).start) {
            let stored = pending.stored.clone();
            match adopted.last_mut() {
                Some(last) if last.client_id == pending.client_id => last.pending.push(stored),
                _ => adopted.push(Outbox {
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
