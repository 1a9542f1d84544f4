//! What was typed, and what became of it. Every typed value is the only one of its kind, so that it
//! can be told apart when it turns up; only an undo or a redo sets one again.

use std::collections::BTreeMap;

use sync::Op;

use super::tally::Tally;
use crate::melody::{Sheet, SheetPatch};

/// Counts what became of each value.
#[derive(Default)]
pub(super) struct Ledger {
    fates: BTreeMap<String, Fate>,
}

#[derive(Debug, Default)]
struct Fate {
    /// How often an undo or a redo has set it again.
    set_again: u32,
    /// How often a committed change brought it into its row.
    committed: u32,
    /// How often a replica told that it was refused.
    refused: u32,
}

impl Ledger {
    pub(super) fn typed(&mut self, op: &Op<Sheet>) {
        for value in values_of_op(op) {
            self.fates.insert(value, Fate::default());
        }
    }

    /// An undo or a redo does this.
    pub(super) fn set_again(&mut self, op: &Op<Sheet>) {
        for value in values_of_op(op) {
            // What a row has by default was typed by nobody.
            if let Some(fate) = self.fates.get_mut(&value) {
                fate.set_again += 1;
            }
        }
    }

    pub(super) fn refused(&mut self, op: &Op<Sheet>) {
        for value in values_of_op(op) {
            if let Some(fate) = self.fates.get_mut(&value) {
                fate.refused += 1;
            }
        }
    }

    /// A row was this, and a committed change made it that.
    pub(super) fn committed(&mut self, old: Option<&Sheet>, new: &Sheet) {
        let old = old.map(values_of_row).unwrap_or_default();
        for value in values_of_row(new)
            .into_iter()
            .filter(|value| !old.contains(value))
        {
            if let Some(fate) = self.fates.get_mut(&value) {
                fate.committed += 1;
            }
        }
    }

    /// Each value was either applied, as often as it was set, or refused aloud. Counts what became
    /// of them.
    pub(super) fn settle(&self) -> Tally {
        let mut tally = Tally::default();
        for (value, fate) in &self.fates {
            match fate {
                Fate {
                    committed: 1,
                    refused: 0,
                    ..
                } => tally.committed += 1,
                Fate {
                    committed: 0,
                    refused: 1..,
                    ..
                } => tally.refused += 1,
                Fate { committed: 0, .. } => tally.lost += 1,
                // A change that changes nothing is not counted: it was set, and need not show.
                Fate {
                    set_again: most @ 1..,
                    committed,
                    ..
                } if *committed <= 1 + most => tally.committed += 1,
                Fate { .. } => tally.doubled += 1,
            }
            assert_eq!(
                (tally.lost, tally.doubled),
                (0, 0),
                "`{value}` came to {fate:?}"
            );
        }
        tally
    }
}

fn values_of_op(op: &Op<Sheet>) -> Vec<String> {
    match op {
        Op::Create { draft: patch, .. }
        | Op::Update { patch, .. }
        | Op::Revert {
            to: Some(patch), ..
        } => match patch {
            SheetPatch::Tone(patch) => {
                let pitch = patch.pitch.map(|pitch| pitch.to_string());
                patch.lyric.iter().cloned().chain(pitch).collect()
            }
            SheetPatch::Title(title) => vec![title.clone()],
        },
        _ => Vec::new(),
    }
}

fn values_of_row(row: &Sheet) -> Vec<String> {
    match row {
        Sheet::Tone(tone) => vec![tone.lyric.clone(), tone.pitch.to_string()],
        Sheet::Score(score) => vec![score.title.clone()],
    }
}
