//! Keeps a session in step with the server: the socket by which others' changes arrive, and the
//! outbox by which its own leave, and, where there is no socket, others' come. On the server, where nothing lives, it does nothing.

#[cfg(feature = "hydrate")]
mod outbox;
#[cfg(feature = "hydrate")]
mod polling;
#[cfg(feature = "hydrate")]
mod shell;
#[cfg(feature = "hydrate")]
mod socket;
#[cfg(feature = "hydrate")]
pub(crate) use shell::{Live, Storage};

#[cfg(not(feature = "hydrate"))]
mod server;
#[cfg(not(feature = "hydrate"))]
pub(crate) use server::{Live, Storage};
