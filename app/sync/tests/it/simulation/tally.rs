//! How much happened: so that a simulation in which nothing happens does not pass for a good one.

use std::fmt;
use std::ops::AddAssign;

/// Declares a tally: what is counted, and how it is called.
macro_rules! tally {
    ($($(#[$doc:meta])* $field:ident: $name:literal,)+) => {
        #[derive(Clone, Copy, Debug, Default)]
        pub(super) struct Tally {
            $($(#[$doc])* pub(super) $field: usize,)+
        }

        impl Tally {
            fn events(&self) -> Vec<(&'static str, usize)> {
                vec![$(($name, self.$field)),+]
            }
        }

        impl AddAssign for Tally {
            fn add_assign(&mut self, other: Self) {
                $(self.$field += other.$field;)+
            }
        }
    };
}

tally! {
    runs: "runs",
    steps: "steps",
    /// Calls of `mutate` that were done, and those that were refused at once.
    mutated: "actions",
    not_mutated: "not done",
    /// Undos and redos that did something.
    undone: "undone",
    /// What became of the mutations.
    applied: "applied",
    without_effect: "without effect",
    refused: "refused",
    unreadable: "unreadable",
    /// Their tab died before they were kept, and they did not arrive.
    forgotten: "never kept",
    /// Their list was deleted, and their tab told of them.
    told_gone: "given up with the list",
    /// They were decided in a history that a backup replaced.
    undone_by_backup: "gone with a history",
    pushes: "pushes",
    pulls: "pulls",
    /// Pushes whose answer is ignored.
    beacons: "beacons",
    /// Mutations that arrived again.
    repeated: "repeated",
    crashes: "server crashes",
    deaths: "tab deaths",
    adoptions: "adoptions",
    /// Adoptions from tabs that lived, or by a second tab.
    shared_adoptions: "of what others had, too",
    /// Tabs opened from an old page, and kept lists read later.
    old_pages: "old pages",
    kept_lists: "kept lists",
    learned: "trash read",
    prunings: "prunings",
    /// Catch-ups that were resets.
    resets: "resets",
    /// Backups put back.
    put_back: "backups put back",
    deleted_lists: "lists deleted",
}

impl Tally {
    /// Everything happens, and nothing only now and then.
    pub(super) fn is_eventful(&self) -> bool {
        self.events().iter().all(|(_, number)| *number > 25)
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, number) in self.events() {
            write!(f, "{name} {number}, ")?;
        }
        write!(f, "lost 0, doubled 0")
    }
}
