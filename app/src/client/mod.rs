//! What only a client has: its copy of one list, what the person does to it, and what is known on
//! this device.
//!
//! A [`session::Session`] knows neither the connection that keeps it in step nor the storage that
//! outlives it: the list's page starts both, in the browser.

pub mod collection;
#[cfg(feature = "hydrate")]
pub(crate) mod connection;
pub(crate) mod list_view;
pub mod notices;
pub(crate) mod page_data;
pub mod recent;
pub mod refusals;
pub mod session;
pub(crate) mod storage;
mod typed;
