//! What the engine needs to know about a row.

use std::fmt::Debug;

use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use crate::{Patch, Position, Refusal, Version};

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

    /// Largest number of live rows with a position in a channel.
    const LIMIT: usize;

    /// Largest sum of the [weights](Self::weight) of a channel's live rows.
    const MAX_WEIGHT: usize = usize::MAX;

    /// Largest number of tombstones that a channel keeps. Fewer are kept if they weigh more than
    /// [`Self::MAX_WEIGHT`] together. The oldest are removed first.
    const MAX_TOMBSTONES: usize = 2 * Self::LIMIT;

    /// All prefixes that [`Model::event_prefix`] returns. An event with another prefix comes from a later
    /// version of this program.
    const EVENT_PREFIXES: &'static [&'static str] = &[""];

    /// Makes a row from its draft, with [`Version::ZERO`] and [`Position::default`]. The caller sets both.
    ///
    /// # Errors
    /// Returns a refusal if the draft is not acceptable as a row.
    fn create(id: Uuid, draft: &Self::Patch, now: Millis) -> Result<Self, Refusal>;

    /// Returns the present values of all fields that people set.
    fn fields(&self) -> Self::Patch;

    /// Returns whether the patch is of the row's own kind. Types that share a channel have a patch each;
    /// operations refuse a patch of another kind.
    fn accepts(&self, _patch: &Self::Patch) -> bool {
        true
    }

    /// Sets the fields that the patch carries, or none on an error.
    ///
    /// # Errors
    /// Returns a refusal if a value is not acceptable.
    fn apply(&mut self, patch: &Self::Patch) -> Result<(), Refusal>;

    /// Returns the row's id, chosen by the client that created it.
    fn id(&self) -> Uuid;

    /// Returns the version of the row's last change.
    fn version(&self) -> Version;

    /// Returns the row's ordering key. `None` for rows without an order: they come with the channel, and
    /// cannot be created, moved or restored by a mutation.
    fn position(&self) -> Option<&Position>;

    /// Returns what the row costs to store and to send, in bytes. It must depend on the fields that people
    /// set alone, so that a move or a new version never changes it.
    fn weight(&self) -> usize {
        0
    }

    /// Records that `version` changed the row at `now`.
    fn stamp(&mut self, version: Version, now: Millis);

    /// Records that `version` changed the row, but no person did: its times stay.
    fn set_version(&mut self, version: Version);

    /// Sets the row's ordering key. Does nothing on rows without an order.
    fn set_position(&mut self, position: Position);

    /// Returns the prefix of the row's event names: `""` for `updated`, `"list:"` for `list:updated`.
    fn event_prefix(&self) -> &'static str {
        ""
    }

    /// Parses the data of an event, a JSON text. Its name begins with `prefix`, one of
    /// [`Model::EVENT_PREFIXES`].
    ///
    /// # Errors
    /// Returns an error if the prefix is unknown or the data is not such a row.
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
