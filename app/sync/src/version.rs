//! The numbers of a channel's changes.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The number of a change in its channel: 1, 2, 3 … without gaps. A row carries that of its last change.
///
/// ```
/// use sync::Version;
///
/// assert_eq!(Version::ZERO.next(), Version(1));
/// assert!(Version(9) < Version(10));
/// assert_eq!(serde_json::to_string(&Version(41)).expect("a number"), "41");
/// ```
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Version(pub u64);

impl Version {
    /// The version of a channel, or of a client's cursor, before the first change.
    pub const ZERO: Self = Self(0);

    /// The largest version. No channel reaches it.
    pub const MAX: Self = Self(u64::MAX);

    /// Returns the version of the change that follows this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// Returns the version before this one; [`Version::ZERO`] has none and stays.
    #[must_use]
    pub const fn previous(self) -> Self {
        Self(self.0.saturating_sub(1))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<u64> for Version {
    fn from(number: u64) -> Self {
        Self(number)
    }
}

impl From<Version> for u64 {
    fn from(version: Version) -> Self {
        version.0
    }
}
