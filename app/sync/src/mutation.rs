//! Operations, and the mutations that carry them.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Model;

/// The number that a replica gives a mutation: 1, 2, 3 … without gaps.
///
/// ```
/// use sync::Seq;
///
/// assert_eq!(Seq::ZERO.next(), Seq(1));
/// assert_eq!(serde_json::to_string(&Seq(7)).expect("a number"), "7");
/// ```
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Seq(pub u64);

impl Seq {
    /// The number before the first one: nothing is taken yet.
    pub const ZERO: Self = Self(0);

    /// The largest number.
    pub const MAX: Self = Self(u64::MAX);

    /// Returns the number after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// Returns the number before this one; [`Seq::ZERO`] has none and stays.
    #[must_use]
    pub const fn previous(self) -> Self {
        Self(self.0.saturating_sub(1))
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<u64> for Seq {
    fn from(number: u64) -> Self {
        Self(number)
    }
}

impl From<Seq> for u64 {
    fn from(seq: Seq) -> Self {
        seq.0
    }
}

/// Identifies one replica: a browser tab, not a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClientId(pub Uuid);

/// An operation with the number by which the authority recognizes a repetition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Mutation<M: Model> {
    /// Its number.
    pub seq: Seq,
    /// What to do.
    pub op: Op<M>,
}

/// An operation on one row. It carries values, never toggles, and only the fields that it changes: so it
/// can be replayed on newer rows, and two people's changes to one row both survive.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/line.rs"));
/// # fn main() -> Result<(), sync::Refusal> {
/// let json = serde_json::json!({ "destroy": { "id": Uuid::from_u128(7) } });
/// let op: sync::Op<Line> = serde_json::from_value(json).expect("an operation");
/// assert_eq!(op, sync::Op::Destroy { id: Uuid::from_u128(7) });
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "", rename_all = "snake_case", try_from = "Wire<M>")]
pub enum Op<M: Model> {
    /// Adds a row. If the id is there already, nothing happens.
    Create {
        /// The new row's id.
        id: Uuid,
        /// Its fields.
        draft: M::Patch,
        /// Where it goes.
        place: Place,
    },
    /// Sets fields of a live row.
    Update {
        /// The row.
        id: Uuid,
        /// The fields to set.
        patch: M::Patch,
    },
    /// Deletes a row. It stays as a tombstone, and can be restored.
    Destroy {
        /// The row.
        id: Uuid,
    },
    /// Reverts a change of a live row, as far as nobody has changed it since: fields that still have the
    /// value in `from` get the value in `to`. Without `to`, the change had created the row, which is
    /// deleted if all fields in `from` are unchanged.
    Revert {
        /// The row.
        id: Uuid,
        /// The fields as the change left them.
        from: M::Patch,
        /// The fields as they were before.
        #[serde(skip_serializing_if = "Option::is_none")]
        to: Option<M::Patch>,
    },
    /// Restores a deleted row as it was, to its former place.
    Restore {
        /// The row.
        id: Uuid,
    },
    /// Moves a live row.
    Move {
        /// The row.
        id: Uuid,
        /// Where it goes.
        place: Place,
    },
}

impl<M: Model> Op<M> {
    /// Returns the id of the row that the operation is on.
    pub fn id(&self) -> Uuid {
        match self {
            Self::Create { id, .. }
            | Self::Update { id, .. }
            | Self::Destroy { id }
            | Self::Revert { id, .. }
            | Self::Restore { id }
            | Self::Move { id, .. } => *id,
        }
    }
}

/// An [`Op`] to be read: `{"update": {"id": …, "patch": …}}`. One reader for the fields of all
/// operations is a third of what a reader for each would be in a browser's bundle.
#[derive(Deserialize)]
#[serde(bound = "")]
struct Wire<M: Model> {
    create: Option<Fields<M>>,
    update: Option<Fields<M>>,
    destroy: Option<Fields<M>>,
    revert: Option<Fields<M>>,
    restore: Option<Fields<M>>,
    r#move: Option<Fields<M>>,
}

/// The fields of all operations; each operation has some of them.
#[derive(Deserialize)]
#[serde(bound = "")]
struct Fields<M: Model> {
    id: Uuid,
    draft: Option<M::Patch>,
    patch: Option<M::Patch>,
    from: Option<M::Patch>,
    to: Option<M::Patch>,
    place: Option<Place>,
}

impl<M: Model> TryFrom<Wire<M>> for Op<M> {
    type Error = &'static str;

    fn try_from(wire: Wire<M>) -> Result<Self, Self::Error> {
        const MISSING: &str = "an operation without one of its fields";
        let Wire {
            create,
            update,
            destroy,
            revert,
            restore,
            r#move,
        } = wire;
        Ok(match (create, update, destroy, revert, restore, r#move) {
            (Some(it), None, None, None, None, None) => Self::Create {
                id: it.id,
                draft: it.draft.ok_or(MISSING)?,
                place: it.place.unwrap_or_default(),
            },
            (None, Some(it), None, None, None, None) => Self::Update {
                id: it.id,
                patch: it.patch.ok_or(MISSING)?,
            },
            (None, None, Some(it), None, None, None) => Self::Destroy { id: it.id },
            (None, None, None, Some(it), None, None) => Self::Revert {
                id: it.id,
                from: it.from.ok_or(MISSING)?,
                to: it.to,
            },
            (None, None, None, None, Some(it), None) => Self::Restore { id: it.id },
            (None, None, None, None, None, Some(it)) => Self::Move {
                id: it.id,
                place: it.place.ok_or(MISSING)?,
            },
            _ => return Err("no operation that is known, or more than one"),
        })
    }
}

/// A place in the order, named by a neighbour, so that it stays meaningful when others move rows, too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// Before all other rows.
    Start,
    /// Behind all other rows.
    #[default]
    End,
    /// Right behind that row, or where it stood if it was deleted. Behind all other rows if it is
    /// unknown.
    After(Uuid),
}
