//! What a list's page is made of. The server has it before it renders, and the browser gets it with
//! the page: so on neither side does anything on the page wait.

use serde::{Deserialize, Serialize};

use crate::{Error, Opened, client::list_view::Look};

/// What a list's page is made of.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PageData {
    /// The list, or why it cannot be opened. Its snapshot has the deleted items too where the page
    /// shows the trash.
    pub(crate) opened: Result<Opened, Error>,
    /// How the person looks at it.
    pub(crate) look: Look,
}

impl PageData {
    /// Returns the data of a page that the server has not rendered: its list cannot be opened now.
    pub(crate) fn absent() -> Self {
        Self {
            opened: Err(Error::Unavailable),
            look: Look::default(),
        }
    }
}
