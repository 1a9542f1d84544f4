//! Undo and redo of one's own operations, as operations of their own.

use std::collections::VecDeque;

use crate::{Delta, Model, Op, Replica};

/// How many actions can be undone.
const MOST: usize = 100;

/// A model whose patches can be taken back field by field.
pub trait Undo: Model {
    /// A patch of all fields that people set, as they are.
    fn fields(&self) -> Self::Patch;

    /// The fields that `patch` sets to something else, as they are.
    fn reverse(&self, patch: &Self::Patch) -> Self::Patch;

    /// Takes out of `patch` the fields that `other` sets; answers whether there were any.
    fn subtract(patch: &mut Self::Patch, other: &Self::Patch) -> bool;

    /// Whether the patch sets nothing.
    fn is_blank(patch: &Self::Patch) -> bool;
}

/// The operations that take one action back.
#[derive(Clone, Debug, PartialEq)]
pub struct Reversal<M: Model> {
    steps: Vec<Step<M>>,
}

#[derive(Clone, Debug, PartialEq)]
struct Step<M: Model> {
    /// `None` once somebody else has changed all that it would take back.
    op: Option<Op<M>>,
    /// Somebody else has since changed what it would take back, or a part of it.
    overtaken: bool,
}

/// What an undo or a redo comes to.
#[derive(Clone, Debug, PartialEq)]
pub struct Undone<M: Model> {
    /// The operations to make, perhaps none. All of them can be done, one after the other.
    pub ops: Vec<Op<M>>,
    /// Something is left as it is, since somebody else has changed it later.
    pub overtaken: bool,
}

/// What one replica did and can take back, and what it took back and can do again.
///
/// It must hear of each remote change by [`History::note`]: what somebody else has changed later is
/// left alone.
#[derive(Clone, Debug)]
pub struct History<M: Model> {
    done: VecDeque<Reversal<M>>,
    undone: VecDeque<Reversal<M>>,
}

impl<M: Model> Default for History<M> {
    fn default() -> Self {
        Self {
            done: VecDeque::new(),
            undone: VecDeque::new(),
        }
    }
}

impl<M: Undo> History<M> {
    /// An action was done, which this takes back. What was taken back before cannot be done again.
    pub fn did(&mut self, reversal: Reversal<M>) {
        self.undone.clear();
        push(&mut self.done, reversal);
    }

    /// Takes the last action back. `None` if there is none.
    pub fn undo(&mut self, replica: &Replica<M>) -> Option<Undone<M>> {
        let undone = self.done.pop_back()?.on(replica);
        push(&mut self.undone, Reversal::of(&undone.ops, replica));
        Some(undone)
    }

    /// Does again what was taken back last. `None` if there is nothing.
    pub fn redo(&mut self, replica: &Replica<M>) -> Option<Undone<M>> {
        let redone = self.undone.pop_back()?.on(replica);
        push(&mut self.done, Reversal::of(&redone.ops, replica));
        Some(redone)
    }

    /// Somebody else has changed a row: what of it is ours to take back is less now.
    pub fn note(&mut self, before: Option<&M>, delta: &Delta<M>) {
        let (before, after, moved) = match (before, delta) {
            // A row that nobody else could know yet was not moved by anybody else.
            (Some(before), Delta::Updated { row, moved }) => {
                (before, Some(row), *moved && before.version() > 0)
            }
            (_, Delta::Removed(row)) => (row, None, false),
            _ => return,
        };
        let changed = after.map(|after| before.reverse(&after.fields()));
        let reversals = self.done.iter_mut().chain(&mut self.undone);
        for step in reversals.flat_map(|reversal| &mut reversal.steps) {
            if step.op.as_ref().is_some_and(|op| op.id() == before.id()) {
                step.give_up(changed.as_ref(), moved);
            }
        }
    }

    /// Whether there is something to take back.
    pub fn can_undo(&self) -> bool {
        !self.done.is_empty()
    }

    /// Whether there is something to do again.
    pub fn can_redo(&self) -> bool {
        !self.undone.is_empty()
    }
}

fn push<M: Model>(reversals: &mut VecDeque<Reversal<M>>, reversal: Reversal<M>) {
    if reversal.steps.is_empty() {
        return;
    }
    if reversals.len() == MOST {
        reversals.pop_front();
    }
    reversals.push_back(reversal);
}

impl<M: Undo> Reversal<M> {
    /// What takes these operations back, if they are made on the replica as it is now.
    pub fn of(ops: &[Op<M>], replica: &Replica<M>) -> Self {
        let ops = ops.iter().rev().filter_map(|op| reverse(op, replica));
        let steps = ops.map(|op| Step {
            op: Some(op),
            overtaken: false,
        });
        Self {
            steps: steps.collect(),
        }
    }

    /// Whether it takes nothing back.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    fn on(self, replica: &Replica<M>) -> Undone<M> {
        let is_overtaken = self.steps.iter().any(|step| step.overtaken);
        let wanted: Vec<_> = self.steps.into_iter().filter_map(|step| step.op).collect();
        let all = wanted.len();
        let ops = replica.acceptable(wanted);
        Undone {
            overtaken: is_overtaken || ops.len() < all,
            ops,
        }
    }
}

impl<M: Undo> Step<M> {
    /// Somebody else has changed these fields of the row, or its place; `None` if it is deleted.
    fn give_up(&mut self, changed: Option<&M::Patch>, moved: bool) {
        let Some(op) = &mut self.op else { return };
        let (overtaken, nothing_left) = match (op, changed) {
            (Op::Update { patch, .. }, Some(changed)) => {
                (M::subtract(patch, changed), M::is_blank(patch))
            }
            (Op::Move { .. }, Some(_)) => (moved, moved),
            // What others have worked on is not ours alone to delete.
            (Op::Destroy { .. }, Some(changed)) => {
                let touched = !M::is_blank(changed);
                (touched, touched)
            }
            // It is deleted already, as this would have it.
            (Op::Destroy { .. }, None) => (false, true),
            (_, None) => (true, true),
            (Op::Create { .. } | Op::Restore { .. }, Some(_)) => (false, false),
        };
        self.overtaken |= overtaken;
        if nothing_left {
            self.op = None;
        }
    }
}

fn reverse<M: Undo>(op: &Op<M>, replica: &Replica<M>) -> Option<Op<M>> {
    let id = op.id();
    match op {
        Op::Create { .. } | Op::Restore { .. } => Some(Op::Destroy { id }),
        Op::Destroy { .. } => Some(Op::Restore { id }),
        Op::Update { patch, .. } => {
            let patch = replica.get(id)?.reverse(patch);
            (!M::is_blank(&patch)).then_some(Op::Update { id, patch })
        }
        Op::Move { .. } => Some(Op::Move {
            id,
            place: replica.place(id)?,
        }),
    }
}
