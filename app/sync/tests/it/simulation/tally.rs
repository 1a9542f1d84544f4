//! How much happened: so that a simulation in which nothing happens does not pass for a good one.

use std::fmt;
use std::ops::AddAssign;

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    pub(super) runs: usize,
    pub(super) steps: usize,
    /// Calls of `mutate` that were done, and those that were refused at once.
    pub(super) mutated: usize,
    pub(super) not_mutated: usize,
    /// Undos and redos that did something.
    pub(super) undone: usize,
    /// Values that reached the server once, those that it refused, those that were gone without a
    /// word, and those that were taken more than once.
    pub(super) committed: usize,
    pub(super) refused: usize,
    pub(super) lost: usize,
    pub(super) doubled: usize,
    /// Pushes, and those among them that only pulled.
    pub(super) pushes: usize,
    pub(super) pulls: usize,
    pub(super) crashes: usize,
    /// Tabs that died, and how often somebody took on what one had left.
    pub(super) deaths: usize,
    pub(super) adoptions: usize,
    pub(super) prunings: usize,
    /// Catch-ups that were resets.
    pub(super) resets: usize,
}

impl Tally {
    /// What must happen, with its name.
    fn events(&self) -> [(&'static str, usize); 14] {
        [
            ("runs", self.runs),
            ("steps", self.steps),
            ("mutations", self.mutated),
            ("not done", self.not_mutated),
            ("undone", self.undone),
            ("acknowledged", self.committed),
            ("refused", self.refused),
            ("pushes", self.pushes),
            ("pulls", self.pulls),
            ("server crashes", self.crashes),
            ("tab deaths", self.deaths),
            ("adoptions", self.adoptions),
            ("prunings", self.prunings),
            ("resets", self.resets),
        ]
    }

    pub(super) fn is_eventful(&self) -> bool {
        self.events().iter().all(|(_, number)| *number > 100)
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, number) in self.events() {
            write!(f, "{name} {number}, ")?;
        }
        write!(f, "lost {}, doubled {}", self.lost, self.doubled)
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.runs += other.runs;
        self.steps += other.steps;
        self.mutated += other.mutated;
        self.not_mutated += other.not_mutated;
        self.undone += other.undone;
        self.committed += other.committed;
        self.refused += other.refused;
        self.lost += other.lost;
        self.doubled += other.doubled;
        self.pushes += other.pushes;
        self.pulls += other.pulls;
        self.crashes += other.crashes;
        self.deaths += other.deaths;
        self.adoptions += other.adoptions;
        self.prunings += other.prunings;
        self.resets += other.resets;
    }
}
