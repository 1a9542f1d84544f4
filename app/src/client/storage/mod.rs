//! Stores on this device what must outlive the page: the lists that were opened, what was not sent yet,
//! and what was refused. Nothing waits for it; where a browser stores nothing, all goes on in memory.

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
