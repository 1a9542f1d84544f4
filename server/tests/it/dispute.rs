//! A push whose repetition would show: what one client does, and what others do afterwards.

use app::{ItemPatch, Record, RecordPatch};
use serde_json::Value;
use sync::{Op, Place};
use uuid::Uuid;

/// Rows that one client changes, and then others, who undo each change. So if the first push is
/// applied again, each of its operations changes the list.
pub(crate) struct Dispute {
    renamed: Uuid,
    moved: Uuid,
    deleted: Uuid,
    restored: Uuid,
    reverted: Uuid,
    /// Created by others, after the client has tried to change it.
    late: Uuid,
}

impl Dispute {
    /// Number of versions that [`Self::beginning`], [`Self::mine`] and [`Self::theirs`] take.
    pub(crate) const VERSIONS: [u64; 3] = [6, 5, 6];

    /// Number of the refused mutation, if the push is numbered from 1.
    pub(crate) const REFUSED: u64 = 6;

    /// The final texts, in the order of the list.
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

    /// Creates the rows.
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

    /// The push: one operation of each repeatable kind, and one that is refused.
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

    /// What others do afterwards.
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

/// Returns operations as in the body of a push.
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
