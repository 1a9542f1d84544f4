//! The effects of an input on a replica.

use std::collections::HashSet;

use uuid::Uuid;

use crate::{Model, Mutation, Refusal};

/// One change of the view.
#[derive(Clone, Debug, PartialEq)]
pub enum Delta<M> {
    /// A row appeared.
    Inserted(M),
    /// A row's fields or its place changed.
    Updated {
        /// The row now.
        row: M,
        /// Whether the position changed, so that the order must be read again.
        moved: bool,
        /// Whether somebody else has moved the row. False for a row that was moved here, or that got
        /// another key and stayed between the same rows.
        relocated: bool,
    },
    /// A row disappeared; this is what it was.
    Removed(M),
}

impl<M: Model> Delta<M> {
    /// Returns what changed between two states of a row, if anything did. Somebody else has moved the rows
    /// in `relocated`.
    pub(super) fn between(
        old: Option<M>,
        new: Option<&M>,
        relocated: &HashSet<Uuid>,
    ) -> Option<Self> {
        match (old, new) {
            (None, None) => None,
            (None, Some(new)) => Some(Self::Inserted(new.clone())),
            (Some(old), None) => Some(Self::Removed(old)),
            (Some(old), Some(new)) if old == *new => None,
            (Some(old), Some(new)) => Some(Self::Updated {
                row: new.clone(),
                moved: old.position() != new.position(),
                relocated: relocated.contains(&new.id()),
            }),
        }
    }
}

/// A mutation that the authority refused, with everything that was typed.
#[derive(Clone, Debug, PartialEq)]
pub struct Refused<M: Model> {
    /// The mutation.
    pub mutation: Mutation<M>,
    /// Why it was refused.
    pub reason: Refusal,
}

/// The effects of an input: exactly what changed in the view, and what was refused.
#[derive(Clone, Debug, PartialEq)]
pub struct Effects<M: Model> {
    /// The view's changes, at most one per row.
    pub view: Vec<Delta<M>>,
    /// Mutations that left the queue without being applied.
    pub refused: Vec<Refused<M>>,
}

impl<M: Model> Default for Effects<M> {
    fn default() -> Self {
        Self {
            view: Vec::new(),
            refused: Vec::new(),
        }
    }
}
