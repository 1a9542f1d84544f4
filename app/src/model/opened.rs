//! A list as a link opens it.

use serde::{Deserialize, Serialize};
use sync::CatchUp;

use super::{List, Record};

/// What a link allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// Everything.
    Write,
    /// Only to look.
    Read,
}

/// A list as a link opens it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Opened {
    /// The list itself.
    pub list: List,
    /// What the link allows.
    pub access: Access,
    /// The token of the link that only reads, for those who may write.
    pub view_token: Option<String>,
    /// All live rows, the list's own too; `reset` is true.
    pub snapshot: CatchUp<Record>,
}
