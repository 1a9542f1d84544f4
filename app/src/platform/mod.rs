//! The little that the app needs of the machine it runs on. On the server, where pages are only
//! rendered, most of it does nothing.

/// The id of the element that holds the app.
pub(crate) const ROOT: &str = "app";
/// The id of the element that holds the page's data, as JSON.
pub(crate) const DATA: &str = "page-data";

#[cfg(feature = "hydrate")]
mod browser;
#[cfg(feature = "hydrate")]
pub(crate) use browser::*;

#[cfg(not(feature = "hydrate"))]
mod server;
#[cfg(not(feature = "hydrate"))]
pub(crate) use server::*;

/// The row beside which a dragged one would stand.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct DropTarget {
    /// The row.
    pub(crate) id: uuid::Uuid,
    /// Behind it, or before it.
    pub(crate) behind: bool,
}
