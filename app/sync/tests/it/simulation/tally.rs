//! How much happened: so that a simulation in which nothing happens does not pass for a good one.

use std::ops::AddAssign;

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    /// Calls of `mutate` that were done, and those that were refused at once.
    pub(super) mutated: usize,
    pub(super) not_mutated: usize,
    /// Values that reached the server, and those that it refused.
    pub(super) committed: usize,
    pub(super) refused: usize,
    /// Pushes, and those among them that only pulled.
    pub(super) pushes: usize,
    pub(super) pulls: usize,
    /// Catch-ups that were resets.
    pub(super) resets: usize,
}

impl Tally {
    pub(super) fn is_eventful(&self) -> bool {
        let Self {
            mutated,
            not_mutated,
            committed,
            refused,
            pushes,
            pulls,
            resets,
        } = *self;
        [
            mutated,
            not_mutated,
            committed,
            refused,
            pushes,
            pulls,
            resets,
        ]
        .into_iter()
        .all(|n| n > 100)
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.mutated += other.mutated;
        self.not_mutated += other.not_mutated;
        self.committed += other.committed;
        self.refused += other.refused;
        self.pushes += other.pushes;
        self.pulls += other.pulls;
        self.resets += other.resets;
    }
}
