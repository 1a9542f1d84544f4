//! What only a client has: its copy of one list, what the person does to it, and what is known on
//! this device.

pub mod collection;
mod connection;
pub(crate) mod list_view;
pub mod notices;
pub(crate) mod page_data;
pub(crate) mod recent;
pub mod session;
pub(crate) mod storage;
mod typed;
