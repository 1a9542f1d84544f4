//! Undo and redo of a replica's own operations.

use std::collections::VecDeque;

use crate::{Delta, Model, Op, Patch, Replica};

/// Largest number of actions that can be undone.
const MAX_ACTIONS: usize = 100;

/// The operations that revert one action.
#[derive(Clone, Debug, PartialEq)]
pub struct Reversal<M: Model> {
    steps: Vec<Step<M>>,
}

#[derive(Clone, Debug, PartialEq)]
struct Step<M: Model> {
    /// `None` once somebody else has changed everything that it would revert.
    op: Option<Op<M>>,
    /// Whether somebody else has since changed a part of what it would revert, or all of it.
    overtaken: bool,
}

/// The result of an undo or a redo.
#[derive(Clone, Debug, PartialEq)]
pub struct Undone<M: Model> {
    /// The operations to carry out, perhaps none. All of them are possible, one after the other.
    pub ops: Vec<Op<M>>,
    /// Whether something is left as it is because somebody else has changed it later.
    pub overtaken: bool,
}

/// The actions that a replica can undo, and those that it can redo.
///
/// Each remote change must be passed to [`History::note`], since undo leaves alone what somebody else has
/// changed later.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/line.rs"));
/// # fn main() -> Result<(), sync::Refusal> {
/// use sync::{Authority, ClientId, History, Replica, Reversal};
///
/// let server = Authority::<Line>::restore(Version::ZERO, Version::ZERO, [], []);
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
    /// Records an action by what reverts it. What was undone before cannot be redone any more.
    pub fn did(&mut self, reversal: Reversal<M>) {
        self.undone.clear();
        push(&mut self.done, reversal);
    }

    /// Undoes the last action. `None` if there is none.
    pub fn undo(&mut self, replica: &Replica<M>) -> Option<Undone<M>> {
        let undone = self.done.pop_back()?.on(replica);
        push(&mut self.undone, Reversal::of(&undone.ops, replica));
        Some(undone)
    }

    /// Redoes what was undone last. `None` if there is nothing.
    pub fn redo(&mut self, replica: &Replica<M>) -> Option<Undone<M>> {
        let redone = self.undone.pop_back()?.on(replica);
        push(&mut self.done, Reversal::of(&redone.ops, replica));
        Some(redone)
    }

    /// Records a remote change, which shrinks what undo may still revert.
    pub fn note(&mut self, before: Option<&M>, delta: &Delta<M>) {
        let (before, after, moved) = match (before, delta) {
            (Some(before), Delta::Updated { row, relocated, .. }) => {
                (before, Some(row), *relocated)
            }
            (_, Delta::Removed(row)) => (row, None, false),
            _ => return,
        };
        let changed = after.map(|after| before.fields().differing(&after.fields()));
        // The acknowledgement of an own change, mostly: nothing of the row is another's now.
        if !moved && changed.as_ref().is_some_and(Patch::is_blank) {
            return;
        }
        let reversals = self.done.iter_mut().chain(&mut self.undone);
        for step in reversals.flat_map(|reversal| &mut reversal.steps) {
            if step.op.as_ref().is_some_and(|op| op.id() == before.id()) {
                step.give_up(changed.as_ref(), moved);
            }
        }
    }

    /// Returns whether there is something to undo.
    pub fn can_undo(&self) -> bool {
        !self.done.is_empty()
    }

    /// Returns whether there is something to redo.
    pub fn can_redo(&self) -> bool {
        !self.undone.is_empty()
    }
}

fn push<M: Model>(reversals: &mut VecDeque<Reversal<M>>, reversal: Reversal<M>) {
    if reversal.steps.is_empty() {
        return;
    }
    if reversals.len() == MAX_ACTIONS {
        reversals.pop_front();
    }
    reversals.push_back(reversal);
}

impl<M: Model> Reversal<M> {
    /// Returns what carries out these operations: an action that was done here, but not by this replica.
    pub fn by(ops: Vec<Op<M>>) -> Self {
        let steps = ops.into_iter().map(|op| Step {
            op: Some(op),
            overtaken: false,
        });
        Self {
            steps: steps.collect(),
        }
    }

    /// Returns what reverts these operations, if they are carried out on the replica as it is now.
    pub fn of(ops: &[Op<M>], replica: &Replica<M>) -> Self {
        let mut ops: Vec<_> = ops
            .iter()
            .rev()
            .filter_map(|op| reverse(op, replica))
            .collect();
        // Of several moved rows, each returns behind one that has returned already.
        ops.sort_by_key(|op| match op {
            Op::Move { id, .. } => replica.get(*id).and_then(M::position),
            _ => None,
        });
        Self::by(ops)
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
    /// Gives up what somebody else has changed: these fields of the row, or its place. `None` if the row
    /// was deleted.
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
            // Others have worked on the row, so undo must not delete it.
            (Op::Revert { to: None, .. }, Some(changed)) => {
                let touched = !changed.is_blank();
                (touched, touched)
            }
            // The row is deleted already, as undo would have done.
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

/// Returns whether somebody else has changed a part of what the operation would set.
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
