//! Undo and redo of one's own operations, as operations of their own.

use std::collections::VecDeque;

use crate::{Delta, Model, Op, Patch, Replica};

/// How many actions can be undone.
const MOST: usize = 100;

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
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/line.rs"));
/// # fn main() -> Result<(), sync::Refusal> {
/// use sync::{Authority, ClientId, History, Replica, Reversal};
///
/// let server = Authority::<Line>::restore(0, 0, [], []);
/// let mut replica = Replica::new(ClientId(Uuid::from_u128(1)), server.snapshot());
/// let mut history = History::default();
/// for op in [add(7, "milk"), set(7, "oat milk")] {
///     // What takes an operation back is read from the view before it.
///     let reversal = Reversal::of(std::slice::from_ref(&op), &replica);
///     replica.mutate(vec![op], 0)?;
///     history.did(reversal);
/// }
///
/// let undone = history.undo(&replica).expect("there is something to undo");
/// replica.mutate(undone.ops, 0)?;
/// let texts: Vec<_> = replica.ordered().map(|line| &*line.text).collect();
/// assert_eq!(texts, ["milk"]);
/// assert!(history.can_redo());
/// # Ok(())
/// # }
/// ```
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

impl<M: Model> History<M> {
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
            (Some(before), Delta::Updated { row, relocated, .. }) => {
                (before, Some(row), *relocated)
            }
            (_, Delta::Removed(row)) => (row, None, false),
            _ => return,
        };
        let changed = after.map(|after| before.fields().differing(&after.fields()));
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

impl<M: Model> Reversal<M> {
    /// What takes these operations back, if they are made on the replica as it is now.
    pub fn of(ops: &[Op<M>], replica: &Replica<M>) -> Self {
        let mut ops: Vec<_> = ops
            .iter()
            .rev()
            .filter_map(|op| reverse(op, replica))
            .collect();
        // Of several rows that were moved, each goes back behind one that is back already.
        ops.sort_by_key(|op| match op {
            Op::Move { id, .. } => replica.get(*id).and_then(M::position),
            _ => None,
        });
        let steps = ops.into_iter().map(|op| Step {
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
        let ops: Vec<_> = self.steps.into_iter().filter_map(|step| step.op).collect();
        let is_cut = ops.iter().any(|op| is_cut(op, replica));
        let (ops, all) = replica.possible(ops);
        Undone {
            ops,
            overtaken: is_overtaken || is_cut || !all,
        }
    }
}

impl<M: Model> Step<M> {
    /// Somebody else has changed these fields of the row, or its place; `None` if it is deleted.
    fn give_up(&mut self, changed: Option<&M::Patch>, moved: bool) {
        let Some(op) = &mut self.op else { return };
        let (overtaken, nothing_left) = match (op, changed) {
            (Op::Revert { to: Some(to), .. }, Some(changed)) => {
                let left = to.without(changed);
                let overtaken = left != *to;
                *to = left;
                (overtaken, to.is_blank())
            }
            (Op::Move { .. }, Some(_)) => (moved, moved),
            // What others have worked on is not ours alone to delete.
            (Op::Revert { to: None, .. }, Some(changed)) => {
                let touched = !changed.is_blank();
                (touched, touched)
            }
            // It is deleted already, as this would have it.
            (Op::Revert { to: None, .. }, None) => (false, true),
            (_, None) => (true, true),
            (_, Some(_)) => (false, false),
        };
        self.overtaken |= overtaken;
        if nothing_left {
            self.op = None;
        }
    }
}

/// Whether somebody else has changed a part of what the operation would set.
fn is_cut<M: Model>(op: &Op<M>, replica: &Replica<M>) -> bool {
    let Op::Revert {
        id,
        from,
        to: Some(to),
    } = op
    else {
        return false;
    };
    let row = replica.get(*id);
    row.is_some_and(|row| to.without(&row.fields().differing(from)) != *to)
}

fn reverse<M: Model>(op: &Op<M>, replica: &Replica<M>) -> Option<Op<M>> {
    let id = op.id();
    match op {
        Op::Create { draft, .. } => Some(Op::Revert {
            id,
            from: M::create(id, draft, 0).ok()?.fields(),
            to: None,
        }),
        Op::Restore { .. } => Some(Op::Revert {
            id,
            from: replica.tombstone(id)?.fields(),
            to: None,
        }),
        Op::Revert { to: None, .. } | Op::Destroy { .. } => Some(Op::Restore { id }),
        Op::Update { patch, .. }
        | Op::Revert {
            to: Some(patch), ..
        } => {
            let before = replica.get(id)?;
            let mut after = before.clone();
            after.apply(patch).ok()?;
            let to = before.fields().differing(&after.fields());
            (!to.is_blank()).then(|| Op::Revert {
                id,
                from: after.fields().differing(&before.fields()),
                to: Some(to),
            })
        }
        Op::Move { .. } => Some(Op::Move {
            id,
            place: replica.place(id)?,
        }),
    }
}
