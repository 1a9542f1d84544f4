//! The requests of one commit.

use crate::store::{
    StoreError,
    request::Answered,
    waiting::{Creation, Entry},
};

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

    /// Answers what was committed. Returns the writes without an answer, which had no turn.
    pub(super) fn answer(self, answers: Vec<Option<Answered>>) -> Vec<Entry> {
        for creation in self.creations {
            creation.answer(Ok(()));
        }
        let mut left = Vec::new();
        for (entry, answer) in self.entries.into_iter().zip(answers) {
            match answer {
                Some(answer) => entry.answer(answer),
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
