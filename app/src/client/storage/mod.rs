//! Stores on this device what must outlive the page: opened lists, unsent changes, and refused
//! ones. Nothing waits for it; in a browser that stores nothing, everything works in memory.

#[cfg(feature = "hydrate")]
mod database;
#[cfg(feature = "hydrate")]
mod lock;
#[cfg(feature = "hydrate")]
mod persister;
#[cfg(feature = "hydrate")]
mod records;
#[cfg(feature = "hydrate")]
mod refused;
#[cfg(feature = "hydrate")]
pub(crate) use self::{
    persister::start,
    records::{copy_of, discard, forget, unsent},
};

#[cfg(not(feature = "hydrate"))]
mod server;
#[cfg(not(feature = "hydrate"))]
pub(crate) use self::server::{copy_of, discard, forget, unsent};
