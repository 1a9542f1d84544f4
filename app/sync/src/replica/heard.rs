//! How much of a channel's history a replica has heard.

use std::collections::BTreeSet;

use crate::Version;

/// Everything up to the cursor, and single versions beyond it.
#[derive(Clone, Debug)]
pub(super) struct Heard {
    /// The last version up to which nothing is missing.
    at: Version,
    /// Versions that live frames told beyond the cursor: while there are any, there is a gap.
    ahead: BTreeSet<Version>,
}

impl Heard {
    pub(super) fn new(at: Version) -> Self {
        Self {
            at,
            ahead: BTreeSet::new(),
        }
    }

    pub(super) fn at(&self) -> Version {
        self.at
    }

    pub(super) fn has_gap(&self) -> bool {
        !self.ahead.is_empty()
    }

    /// A live frame told this one version.
    pub(super) fn hear(&mut self, version: Version) {
        if version > self.at {
            self.ahead.insert(version);
            self.close_ranks();
        }
    }

    /// An answer told everything up to this version.
    pub(super) fn hear_up_to(&mut self, head: Version) {
        self.at = self.at.max(head);
        self.ahead = self.ahead.split_off(&self.at.saturating_add(1));
        self.close_ranks();
    }

    fn close_ranks(&mut self) {
        while self.ahead.first() == Some(&self.at.saturating_add(1)) {
            self.ahead.pop_first();
            self.at += 1;
        }
    }
}
