//! Which versions of a channel a replica has received.

use std::collections::BTreeSet;

use crate::Version;

/// All versions up to the cursor, and single ones beyond it.
#[derive(Clone, Debug)]
pub(super) struct Heard {
    /// The last version up to which nothing is missing.
    at: Version,
    /// Versions of live frames beyond the cursor. While there are any, there is a gap.
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

    /// Records the version of a live frame.
    pub(super) fn hear(&mut self, version: Version) {
        if version > self.at {
            self.ahead.insert(version);
            self.close_ranks();
        }
    }

    /// Records an answer that told everything up to this version.
    pub(super) fn hear_up_to(&mut self, head: Version) {
        self.at = self.at.max(head);
        self.ahead = self.ahead.split_off(&self.at.next());
        self.close_ranks();
    }

    fn close_ranks(&mut self) {
        while self.ahead.first() == Some(&self.at.next()) {
            self.ahead.pop_first();
            self.at = self.at.next();
        }
    }
}
