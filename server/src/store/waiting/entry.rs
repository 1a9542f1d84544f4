//! A request that waits, and its answer.

use app::Record;
use sync::Outcome;
use tokio::sync::oneshot;

use crate::{
    client::Network,
    store::{
        Write, Written,
        memory::Held,
        request::{Answered, Created, NewList},
    },
};

/// A list that waits to be created.
pub(in crate::store) struct Creation {
    pub(in crate::store) list: NewList,
    pub(in crate::store) reply: oneshot::Sender<Created>,
}

impl Creation {
    /// Answers the caller, if it is still there.
    pub(in crate::store) fn answer(self, created: Created) {
        let _ = self.reply.send(created);
    }
}

/// A write that waits for the writer.
pub(in crate::store) struct Entry {
    pub(in crate::store) write: Write,
    pub(in crate::store) reply: oneshot::Sender<Answered>,
    /// Who asks for it.
    pub(in crate::store) asker: Network,
    /// Its share of the memory for waiting writes.
    pub(in crate::store) held: Option<Held>,
    /// How it is taken.
    pub(in crate::store) size: Size,
    /// What was taken of it in earlier commits, if it is a push that is taken in parts.
    pub(in crate::store) taken: Option<Outcome<Record>>,
}

/// How a write is taken, by its size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) enum Size {
    /// With others, in the next batch.
    Small,
    /// In a commit beside the batches, after which the writer rests: others are not to wait for it.
    Heavy,
    /// [Staged](crate::store::staging), over several commits.
    Large,
}

impl Entry {
    /// Answers the caller, if it is still there. If a part of it is taken, the rest failing is no error: it is
    /// not acknowledged, and comes again.
    pub(in crate::store) fn answer(self, answer: Answered) {
        let answer = match (self.taken, answer) {
            (None, answer) => answer,
            (Some(mut outcome), Ok(written)) => {
                outcome.go_on(written.outcome);
                Ok(Written { outcome, ..written })
            }
            (Some(outcome), Err(_)) => Ok(Written {
                outcome,
                catch_up: None,
            }),
        };
        let _ = self.reply.send(answer);
        drop(self.held);
    }

    /// Returns the write with a further part taken. It goes on beside the batches.
    pub(in crate::store) fn with_part(mut self, part: Outcome<Record>) -> Self {
        match &mut self.taken {
            Some(taken) => taken.go_on(part),
            None => self.taken = Some(part),
        }
        self.size = Size::Heavy;
        self
    }

    /// Returns the weight of what is taken, in bytes.
    pub(in crate::store) fn weight(&self) -> usize {
        self.taken.as_ref().map_or(0, Outcome::weight)
    }
}
