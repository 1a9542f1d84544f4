//! A client's copy of a channel.

use uuid::Uuid;

use crate::{CatchUp, Change, ClientId, Millis, Model, Mutation, Op, Push, PushAnswer, Refusal, Version};

/// One change of the view.
#[derive(Clone, Debug, PartialEq)]
pub enum Delta<M> {
    /// A row appeared.
    Inserted(M),
    /// A row's fields or its place changed.
    Updated {
        /// The row now.
        row: M,
        /// Whether its position changed, so that the order must be read anew.
        moved: bool,
    },
    /// A row is gone; it was this.
    Removed(M),
}

/// A mutation that the authority refused, with all that was typed.
#[derive(Clone, Debug, PartialEq)]
pub struct Refused<M: Model> {
    /// What was asked for.
    pub mutation: Mutation<M>,
    /// Why it was refused.
    pub reason: Refusal,
}

/// What an input did: exactly what changed in the view, and what was refused.
#[derive(Clone, Debug, PartialEq)]
pub struct Effects<M: Model> {
    /// The view's changes, each row once at the most.
    pub view: Vec<Delta<M>>,
    /// Mutations that left the queue without being applied.
    pub refused: Vec<Refused<M>>,
}

/// A client's copy of a channel: the confirmed rows at a cursor, the queue of pending mutations, and
/// the view, which is the confirmed rows with the pending mutations replayed on top.
pub struct Replica<M: Model> {
    client_id: ClientId,
    cursor: Version,
    _todo: Vec<M>,
}

impl<M: Model> Replica<M> {
    /// A replica of a snapshot: `snapshot.changes` are all live rows at `snapshot.head`.
    pub fn new(client_id: ClientId, snapshot: CatchUp<M>) -> Self {
        todo!()
    }

    /// Takes operations of this client: they show at once and wait to be pushed. All or none.
    ///
    /// # Errors
    /// When one of them would be refused on the present view; then nothing happened.
    pub fn mutate(&mut self, ops: Vec<Op<M>>, now: Millis) -> Result<Effects<M>, Refusal> {
        todo!()
    }

    /// Applies a live frame of somebody else's change.
    pub fn receive(&mut self, change: Change<M>) -> Effects<M> {
        todo!()
    }

    /// Applies the catch-up that a subscription answered to `since`.
    pub fn catch_up(&mut self, since: Version, catch_up: CatchUp<M>) -> Effects<M> {
        todo!()
    }

    /// The next push: the oldest pending mutations, at most so many bytes of JSON (but at least
    /// one), or a pull if a gap was seen. `None` while one is in flight or nothing is to be said.
    pub fn next_push(&mut self, max_bytes: usize) -> Option<Push<M>> {
        todo!()
    }

    /// A pull, whether or not one seems needed; `None` while a push is in flight.
    pub fn pull(&mut self) -> Option<Push<M>> {
        todo!()
    }

    /// Applies the answer to the push in flight.
    pub fn pushed(&mut self, answer: PushAnswer<M>) -> Effects<M> {
        todo!()
    }

    /// The push in flight got no answer: its mutations will be sent again.
    pub fn push_failed(&mut self) {
        todo!()
    }

    /// The last version up to which nothing is missing.
    pub fn cursor(&self) -> Version {
        self.cursor
    }

    /// Who this replica is.
    pub fn client_id(&self) -> ClientId {
        self.client_id
    }

    /// How many mutations wait for their acknowledgement.
    pub fn pending(&self) -> usize {
        todo!()
    }

    /// Whether a pending mutation touches this row.
    pub fn is_pending(&self, id: Uuid) -> bool {
        todo!()
    }

    /// A row of the view.
    pub fn get(&self, id: Uuid) -> Option<&M> {
        todo!()
    }

    /// The view's rows that have a position, in order.
    pub fn ordered(&self) -> impl Iterator<Item = &M> {
        self._todo.iter()
    }
}
