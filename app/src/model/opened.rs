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
    /// View only.
    Read,
}

/// A list as a link opens it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Opened {
    /// The list itself.
    pub list: List,
    /// What the link allows.
    pub access: Access,
    /// The token of the view-only link; `None` for those who have only that.
    pub view_token: Option<String>,
    /// All rows that are not deleted, including the list's own. `reset` is true.
    pub snapshot: CatchUp<Record>,
}
