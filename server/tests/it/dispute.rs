//! A push whose repetition shows: what one client does, and what others do after it.

use app::{ItemPatch, Record, RecordPatch};
use serde_json::Value;
use sync::{Op, Place};
use uuid::Uuid;

/// Rows that one client works on, and then others, who undo each of its changes. So if the push of
/// the first is taken again, every operation of it changes the list once more.
pub(crate) struct Dispute {
    renamed: Uuid,
    moved: Uuid,
    deleted: Uuid,
    restored: Uuid,
    reverted: Uuid,
    /// Others make it only after the client has asked for a change of it.
    late: Uuid,
}

impl Dispute {
    /// How many versions [`Self::beginning`], [`Self::mine`] and [`Self::theirs`] take.
    pub(crate) const VERSIONS: [u64; 3] = [6, 5, 6];

    /// The number of the mutation that is refused, if the push is numbered from 1 on.
    pub(crate) const REFUSED: u64 = 6;

    /// What the rows say at the end, in the order of the list.
    pub(crate) const AT_THE_END: [&str; 5] = ["theirs", "c", "e", "b", "late"];

    pub(crate) fn new() -> Self {
        let [renamed, moved, deleted, restored, reverted, late] = [(); 6].map(|()| Uuid::now_v7());
        Self {
            renamed,
            moved,
            deleted,
            restored,
            reverted,
            late,
        }
    }

    /// Makes the rows.
    pub(crate) fn beginning(&self) -> Vec<Op<Record>> {
        vec![
            create(self.renamed, "a"),
            create(self.moved, "b"),
            create(self.deleted, "c"),
            create(self.restored, "d"),
            create(self.reverted, "e"),
            Op::Destroy { id: self.restored },
        ]
    }

    /// The push: one operation of each kind that can be done again, and one that is refused.
    pub(crate) fn mine(&self) -> Vec<Op<Record>> {
        vec![
            rename(self.renamed, "mine"),
            Op::Move {
                id: self.moved,
                place: Place::Start,
            },
            Op::Destroy { id: self.deleted },
            Op::Restore { id: self.restored },
            Op::Revert {
                id: self.reverted,
                from: text("e"),
                to: Some(text("before e")),
            },
            rename(self.late, "too early"),
        ]
    }

    /// What others do after it.
    pub(crate) fn theirs(&self) -> Vec<Op<Record>> {
        vec![
            rename(self.renamed, "theirs"),
            Op::Move {
                id: self.moved,
                place: Place::End,
            },
            Op::Restore { id: self.deleted },
            Op::Destroy { id: self.restored },
            rename(self.reverted, "e"),
            create(self.late, "late"),
        ]
    }
}

/// Operations as the body of a push has them.
pub(crate) fn json(ops: Vec<Op<Record>>) -> Vec<Value> {
    let json = |op| serde_json::to_value(op).expect("an operation is JSON");
    ops.into_iter().map(json).collect()
}

fn text(text: &str) -> RecordPatch {
    RecordPatch::Item(ItemPatch::shortdesc(text))
}

fn create(id: Uuid, shortdesc: &str) -> Op<Record> {
    Op::Create {
        id,
        draft: text(shortdesc),
        place: Place::End,
    }
}

fn rename(id: Uuid, shortdesc: &str) -> Op<Record> {
    Op::Update {
        id,
        patch: text(shortdesc),
    }
}
