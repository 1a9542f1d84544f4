//! Every mutation that was ever made, by who made it and its number: that it is decided once, and
//! that somebody was told.

use std::collections::BTreeMap;

use sync::{ClientId, Op, Refusal, Seq};

use super::expected::Decision;
use super::tally::Tally;
use crate::melody::Sheet;

/// Names a mutation.
pub(super) type Number = (ClientId, Seq);

#[derive(Default)]
pub(super) struct Ledger {
    entries: BTreeMap<Number, Entry>,
}

#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each may come true whatever the others are"
)]
struct Entry {
    #[expect(dead_code, reason = "it is told when a run fails")]
    op: Op<Sheet>,
    decision: Option<Decision>,
    /// Some replica was told that it was taken.
    told_taken: bool,
    /// And of these refusals.
    told_refused: Vec<Refusal>,
    /// No server can read it.
    unreadable: bool,
    /// Its tab was gone before it was kept, so that it need not have arrived.
    forgotten: bool,
    /// The person was told that the list is gone.
    told_gone: bool,
    /// It was decided in a history that a backup has replaced.
    undone_by_backup: bool,
}

/// What was decided at some time: it goes with the store when a backup is put back.
pub(super) type Decisions = BTreeMap<Number, Decision>;

impl Ledger {
    pub(super) fn made(&mut self, number: Number, op: Op<Sheet>, unreadable: bool) {
        let entry = Entry {
            op,
            decision: None,
            told_taken: false,
            told_refused: Vec::new(),
            unreadable,
            forgotten: false,
            told_gone: false,
            undone_by_backup: false,
        };
        let before = self.entries.insert(number, entry);
        assert!(before.is_none(), "{number:?} is given twice");
    }

    pub(super) fn is_unreadable(&self, number: Number) -> bool {
        self.entry(number).unreadable
    }

    pub(super) fn is_decided(&self, number: Number) -> bool {
        self.entry(number).decision.is_some()
    }

    /// It is committed.
    pub(super) fn decided(&mut self, number: Number, decision: Decision) {
        let entry = self.entry_mut(number);
        assert_eq!(entry.decision, None, "{number:?} is decided again");
        entry.decision = Some(decision);
    }

    pub(super) fn told_taken(&mut self, number: Number) {
        let entry = self.entry_mut(number);
        // Another tab that sent it, too, may have heard that it cannot be read, and gone on.
        let was_unreadable = entry.unreadable && !entry.told_refused.is_empty();
        assert!(
            entry.decision.is_some() || entry.undone_by_backup || was_unreadable,
            "{number:?} is acknowledged, and lost: {entry:?}"
        );
        entry.told_taken = true;
    }

    /// It is no longer kept on its device.
    pub(super) fn removed(&self, number: Number) {
        let entry = self.entry(number);
        let is_settled = entry.decision.is_some()
            || entry.undone_by_backup
            || (entry.unreadable && !entry.told_refused.is_empty());
        assert!(is_settled, "{number:?} is removed unsettled: {entry:?}");
    }

    pub(super) fn told_refused(&mut self, number: Number, reason: Refusal) {
        self.entry_mut(number).told_refused.push(reason);
    }

    pub(super) fn told_gone(&mut self, number: Number) {
        self.entry_mut(number).told_gone = true;
    }

    pub(super) fn forgotten(&mut self, number: Number) {
        self.entry_mut(number).forgotten = true;
    }

    pub(super) fn decisions(&self) -> Decisions {
        let entries = self.entries.iter();
        entries
            .filter_map(|(number, entry)| Some((*number, entry.decision.clone()?)))
            .collect()
    }

    /// A backup is put back, and nothing was ever decided but this.
    pub(super) fn go_back_to(&mut self, decisions: &Decisions) {
        for (number, entry) in &mut self.entries {
            let decision = decisions.get(number).cloned();
            entry.undone_by_backup |= entry.decision.is_some() && decision.is_none();
            entry.decision = decision;
        }
    }

    /// How many of these were applied, each of which took a version.
    pub(super) fn applied(&self) -> usize {
        let decisions = self.entries.values().map(|entry| &entry.decision);
        decisions
            .filter(|decision| matches!(decision, Some(Decision::Applied(_))))
            .count()
    }

    /// Nothing is under way any more: whatever was not decided has its reason, and what was refused
    /// was told.
    pub(super) fn settle(&self) -> Tally {
        let mut tally = Tally::default();
        for (number, entry) in &self.entries {
            match entry {
                Entry {
                    decision: Some(Decision::Refused(reason)),
                    told_refused,
                    forgotten,
                    told_gone,
                    undone_by_backup,
                    ..
                } => {
                    assert!(
                        told_refused.contains(reason)
                            || *forgotten
                            || *told_gone
                            || *undone_by_backup,
                        "{number:?} was refused without a word: {entry:?}"
                    );
                    tally.refused += 1;
                }
                Entry {
                    decision: Some(_),
                    told_refused,
                    ..
                } => {
                    assert!(
                        told_refused.is_empty() || entry.undone_by_backup,
                        "{number:?} was taken, and told to be refused: {entry:?}"
                    );
                    match entry.decision {
                        Some(Decision::Applied(_)) => tally.applied += 1,
                        _ => tally.without_effect += 1,
                    }
                }
                Entry {
                    unreadable: true,
                    told_refused,
                    ..
                } if told_refused.contains(&Refusal::Unsupported) => tally.unreadable += 1,
                Entry {
                    forgotten: true, ..
                } => tally.forgotten += 1,
                Entry {
                    told_gone: true, ..
                } => tally.told_gone += 1,
                Entry {
                    undone_by_backup: true,
                    ..
                } => tally.undone_by_backup += 1,
                _ => panic!("{number:?} is lost: {entry:?}"),
            }
        }
        tally
    }

    fn entry(&self, number: Number) -> &Entry {
        self.entries.get(&number).expect("somebody made it")
    }

    fn entry_mut(&mut self, number: Number) -> &mut Entry {
        self.entries.get_mut(&number).expect("somebody made it")
    }
}
