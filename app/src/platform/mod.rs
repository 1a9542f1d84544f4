//! What the app needs of the platform it runs on. On the server, where pages are only rendered,
//! most of it does nothing.

/// Id of the element that holds the app.
pub(crate) const ROOT: &str = "app";
/// Id of the element that holds the page's data, as JSON.
pub(crate) const DATA: &str = "page-data";

#[cfg(feature = "hydrate")]
mod browser;
#[cfg(feature = "hydrate")]
pub(crate) use browser::*;

#[cfg(not(feature = "hydrate"))]
mod server;
#[cfg(not(feature = "hydrate"))]
pub(crate) use server::*;

/// Where a dragged row would go.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct DropTarget {
    /// The row.
    pub(crate) id: uuid::Uuid,
    /// Whether it would go after the row, not before it.
    pub(crate) behind: bool,
}
