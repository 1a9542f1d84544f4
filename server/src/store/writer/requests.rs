//! The requests of one commit.

use crate::store::{
    StoreError,
    request::Taken,
    waiting::{Creation, Entry},
};

/// The answers to the requests of a commit, in their order.
pub(super) struct Answers {
    /// Whether each list is new.
    pub(super) created: Vec<bool>,
    /// The answer to each write, if it had a turn.
    pub(super) written: Vec<Option<Taken>>,
}

/// Requests to commit together.
pub(super) struct Requests {
    pub(super) creations: Vec<Creation>,
    pub(super) entries: Vec<Entry>,
}

impl Requests {
    pub(super) fn len(&self) -> usize {
        self.creations.len() + self.entries.len()
    }

    /// Answers all requests with an error.
    pub(super) fn fail(self, error: &StoreError) {
        for creation in self.creations {
            creation.answer(Err(error.clone()));
        }
        for entry in self.entries {
            entry.answer(Err(error.clone()));
        }
    }

    /// Answers what was committed. Returns the writes that had no turn, or have more to do.
    pub(super) fn answer(self, Answers { created, written }: Answers) -> Vec<Entry> {
        for (creation, is_new) in self.creations.into_iter().zip(created) {
            creation.answer(Ok(is_new));
        }
        let mut left = Vec::new();
        for (entry, answer) in self.entries.into_iter().zip(written) {
            match answer {
                Some(Taken::Whole(answer)) => entry.answer(answer),
                Some(Taken::Part(part)) => left.push(entry.with_part(part)),
                None => left.push(entry),
            }
        }
        left
    }

    /// Splits the batch into single requests.
    pub(super) fn split(self) -> impl Iterator<Item = Self> {
        let creations = self.creations.into_iter().map(|creation| Self {
            creations: vec![creation],
            entries: Vec::new(),
        });
        let entries = self.entries.into_iter().map(|entry| Self {
            creations: Vec::new(),
            entries: vec![entry],
        });
        creations.chain(entries)
    }
}
