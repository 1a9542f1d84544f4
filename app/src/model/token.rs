//! The secret in a list's link.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The secret in a list's link. Its `Debug` output hides it, so that no log shows it.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Token(pub String);

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}
