//! The data of a list's page. The server reads it before rendering and sends it with the page, so
//! that nothing on the page waits, on either side.

use serde::{Deserialize, Serialize};

use crate::{Error, Opened, client::list_view::ListViewState};

/// The data of a list's page.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PageData {
    /// The list, or why it cannot be opened. For the trash, its snapshot includes the deleted
    /// items.
    pub(crate) opened: Result<Opened, Error>,
    /// How the person views it.
    pub(crate) view_state: ListViewState,
}

impl PageData {
    /// Returns the data of a page that the server has not rendered: its list cannot be opened now.
    pub fn absent() -> Self {
        Self {
            opened: Err(Error::Unavailable),
            view_state: ListViewState::default(),
        }
    }

    /// Returns what each of the list's rows weighs, in bytes.
    #[cfg(feature = "ssr")]
    pub fn weights(&self) -> impl Iterator<Item = usize> {
        let changes = self
            .opened
            .iter()
            .flat_map(|opened| &opened.snapshot.changes);
        changes.map(|change| sync::Model::weight(&change.row))
    }
}
