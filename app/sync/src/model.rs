//! What the engine must know of a row.

use std::fmt::Debug;

use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use crate::{Patch, Position, Refusal};

/// The number of a change in its channel. The first change has version 1; 0 is before all of them.
pub type Version = u64;

/// A time in milliseconds since 1970-01-01 UTC.
pub type Millis = i64;

/// A type whose rows a channel holds.
///
/// Several types share a channel, and so one order and one queue, through an enum over them that
/// implements `Model` itself.
pub trait Model:
    Clone + PartialEq + Debug + Serialize + DeserializeOwned + Send + Sync + 'static
{
    /// The fields that a mutation sets, each optional. It serves as the draft of a new row too.
    type Patch: Patch;

    /// How many live rows with a position a channel holds at the most.
    const LIMIT: usize;

    /// Largest sum of the [weights](Self::weight) of a channel's live rows.
    const MAX_WEIGHT: usize = usize::MAX;

    /// How many tombstones a channel keeps, at least as long as they weigh no more than
    /// [`Self::MAX_WEIGHT`] together. The oldest ones beyond it are removed.
    const MAX_TOMBSTONES: usize = 2 * Self::LIMIT;

    /// What stands before the names of the events that are read here: those of all rows that
    /// [`Model::event_prefix`] gives. An event with another prefix is of a later version.
    const EVENT_PREFIXES: &'static [&'static str] = &[""];

    /// Makes a row from its draft. Its version and position are set by the caller; until then they
    /// are 0 and [`Position::default`].
    ///
    /// # Errors
    /// When the draft is not acceptable as a row.
    fn create(id: Uuid, draft: &Self::Patch, now: Millis) -> Result<Self, Refusal>;

    /// All fields that people set, as they are.
    fn fields(&self) -> Self::Patch;

    /// Whether the patch is of the row's own kind. Types that share a channel have a patch each; one
    /// of another kind says nothing about the row, and no operation takes it.
    fn accepts(&self, _patch: &Self::Patch) -> bool {
        true
    }

    /// Sets the fields that the patch carries. On an error, nothing has changed.
    ///
    /// # Errors
    /// When a value is not acceptable.
    fn apply(&mut self, patch: &Self::Patch) -> Result<(), Refusal>;

    /// The row's id, chosen by the client that made it.
    fn id(&self) -> Uuid;

    /// The version of the row's last change.
    fn version(&self) -> Version;

    /// Where the row stands among its like. `None` for rows that have no order: they cannot be
    /// created, moved or restored by a mutation, since they come with the channel.
    fn position(&self) -> Option<&Position>;

    /// What the row costs to keep and to send, in bytes. It depends on nothing but the fields that
    /// people set, so that moving a row or telling its version never changes it.
    fn weight(&self) -> usize {
        0
    }

    /// Marks the row as changed by `version` at `now`.
    fn stamp(&mut self, version: Version, now: Millis);

    /// Marks the row as changed by `version`, but not by a person: its times stay.
    fn set_version(&mut self, version: Version);

    /// Puts the row elsewhere. Does nothing on rows that have no order.
    fn set_position(&mut self, position: Position);

    /// What stands before the names of the row's events: `""` for `updated`, `"list:"` for
    /// `list:updated`.
    fn event_prefix(&self) -> &'static str {
        ""
    }

    /// Reads the data of an event whose name begins with `prefix`, one of
    /// [`Model::EVENT_PREFIXES`]; a JSON text.
    ///
    /// # Errors
    /// When the prefix is unknown or the data is no such row.
    fn from_event(prefix: &str, json: &str) -> Result<Self, serde_json::Error> {
        if prefix.is_empty() {
            serde_json::from_str(json)
        } else {
            Err(serde::de::Error::custom(format_args!(
                "unknown event prefix `{prefix}`"
            )))
        }
    }
}
