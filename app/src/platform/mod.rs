//! The little that the app needs of the machine it runs on. On the server, where pages are only
//! rendered, most of it does nothing.

/// The id of the element that holds the app.
pub(crate) const ROOT: &str = "app";
/// The id of the element that holds the page's data, as JSON.
pub(crate) const DATA: &str = "page-data";

#[cfg(feature = "hydrate")]
mod browser;
#[cfg(feature = "hydrate")]
pub(crate) mod focus;
#[cfg(feature = "hydrate")]
pub(crate) mod rows;
#[cfg(feature = "hydrate")]
pub(crate) use browser::*;

#[cfg(not(feature = "hydrate"))]
#[path = "no_focus.rs"]
pub(crate) mod focus;
#[cfg(not(feature = "hydrate"))]
#[path = "no_rows.rs"]
pub(crate) mod rows;
#[cfg(not(feature = "hydrate"))]
mod server;
#[cfg(not(feature = "hydrate"))]
pub(crate) use server::*;
