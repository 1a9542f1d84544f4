//! Positions in a channel's history.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Version;

/// Identifies the history of one database. Versions of different epochs cannot be compared.
///
/// Example: a database is at version 5, and so is a client. A backup from version 2 is put back, and
/// others write until it is at 5 again. The client would seem to have missed nothing; but the database
/// has another epoch now, so the client gets a reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Epoch(pub Uuid);

/// A position in a channel's history: everything up to this version of this epoch is known.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/line.rs"));
/// # fn main() -> Result<(), sync::Refusal> {
/// use sync::{Authority, Cursor, Epoch, Mutation, Seq};
///
/// let epoch = |n| Epoch(Uuid::from_u128(n));
/// let mut server = Authority::<Line>::restore(Version::ZERO, Version::ZERO, [], []).with_epoch(epoch(1));
/// server.take(None, &[Mutation { seq: Seq(1), op: add(7, "milk") }], 0);
///
/// let at_the_head = Cursor { epoch: Some(epoch(1)), version: Version(1) };
/// assert!(!server.since(at_the_head).reset);
/// // A history that was replaced: the whole channel is told.
/// let of_before = Cursor { epoch: Some(epoch(9)), version: Version(1) };
/// assert!(server.since(of_before).reset);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    /// `None` for a client that was never sent one; it is served by the version alone.
    pub epoch: Option<Epoch>,
    /// The version; [`Version::ZERO`] if nothing is known yet.
    pub version: Version,
}

impl From<Version> for Cursor {
    /// Returns the cursor of a client that knows no epoch.
    fn from(version: Version) -> Self {
        Self {
            epoch: None,
            version,
        }
    }
}
