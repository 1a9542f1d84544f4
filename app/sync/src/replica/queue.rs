//! The mutations that the authority has not answered yet.

use std::collections::{HashMap, VecDeque};

use uuid::Uuid;

use super::StoredMutation;
use crate::{Millis, Model, Mutation, Op, Seq};

/// A replica's own mutations in the order they were made.
#[derive(Clone, Debug)]
pub(super) struct Queue<M: Model> {
    next_seq: Seq,
    pending: VecDeque<Pending<M>>,
    /// How many pending mutations are on each row.
    touched: HashMap<Uuid, usize>,
}

/// A mutation that waits for its acknowledgement.
#[derive(Clone, Debug)]
pub(super) struct Pending<M: Model> {
    pub(super) mutation: Mutation<M>,
    /// When it was made: so that a replay makes the same row of it each time.
    pub(super) at: Millis,
    /// Its size as JSON, in bytes.
    size: usize,
}

impl<M: Model> Queue<M> {
    pub(super) fn new() -> Self {
        Self {
            next_seq: 1,
            pending: VecDeque::new(),
            touched: HashMap::new(),
        }
    }

    pub(super) fn from_stored(next_seq: Seq, pending: Vec<StoredMutation<M>>) -> Self {
        let mut queue = Self {
            next_seq,
            ..Self::new()
        };
        for StoredMutation { mutation, at } in pending {
            queue.enqueue(mutation, at);
        }
        queue
    }

    pub(super) fn to_stored(&self) -> Vec<StoredMutation<M>> {
        self.iter()
            .map(|pending| StoredMutation {
                mutation: pending.mutation.clone(),
                at: pending.at,
            })
            .collect()
    }

    /// Gives the operation the next number and queues it.
    pub(super) fn add(&mut self, op: Op<M>, at: Millis) {
        self.enqueue(
            Mutation {
                seq: self.next_seq,
                op,
            },
            at,
        );
    }

    fn enqueue(&mut self, mutation: Mutation<M>, at: Millis) {
        self.next_seq = self.next_seq.max(mutation.seq + 1);
        *self.touched.entry(mutation.op.id()).or_default() += 1;
        // A patch that is no JSON could not be pushed either; its size does not matter then.
        let size = serde_json::to_vec(&mutation).map_or(0, |json| json.len());
        self.pending.push_back(Pending { mutation, at, size });
    }

    /// Removes and answers the mutations that were taken, up to the number `acked`.
    pub(super) fn settle(&mut self, acked: Seq) -> Vec<Mutation<M>> {
        let taken = self
            .pending
            .partition_point(|pending| pending.mutation.seq <= acked);
        let taken: Vec<_> = self
            .pending
            .drain(..taken)
            .map(|pending| pending.mutation)
            .collect();
        for mutation in &taken {
            let id = mutation.op.id();
            match self.touched.get_mut(&id) {
                Some(count) if *count > 1 => *count -= 1,
                _ => _ = self.touched.remove(&id),
            }
        }
        taken
    }

    /// The oldest mutations that fit into `max_bytes` as elements of a JSON array, but at least one.
    pub(super) fn batch(&self, max_bytes: usize) -> Vec<Mutation<M>> {
        let mut used = 0;
        let fits = |pending: &&Pending<M>| {
            let first = used == 0;
            used += pending.size + 1;
            first || used <= max_bytes + 1
        };
        self.pending
            .iter()
            .take_while(fits)
            .map(|pending| pending.mutation.clone())
            .collect()
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

    pub(super) fn iter(&self) -> impl Iterator<Item = &Pending<M>> {
        self.pending.iter()
    }
}
