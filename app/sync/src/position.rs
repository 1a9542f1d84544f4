//! Fractional ordering keys.

use serde::{Deserialize, Serialize};

/// Where a row stands: keys compare as text, byte by byte, and there is always room for another
/// between two of them. Rows with equal keys are ordered by their id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Position(String);

impl Position {
    /// A key that was made by [`position_between`] before, as a store kept it.
    pub fn from_stored(key: String) -> Self {
        Self(key)
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A key between two others; `None` is the beginning or the end.
pub fn position_between(before: Option<&Position>, after: Option<&Position>) -> Position {
    todo!()
}
