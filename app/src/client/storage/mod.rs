//! Keeps on this device what must outlive the page: the lists that were opened, and what was not
//! sent yet. Nothing waits for it; where a browser keeps nothing, all goes on in memory. On the
//! server, it does nothing.

#[cfg(feature = "hydrate")]
mod database;
#[cfg(feature = "hydrate")]
mod lock;
#[cfg(feature = "hydrate")]
mod persister;
#[cfg(feature = "hydrate")]
mod records;
#[cfg(feature = "hydrate")]
pub(crate) use self::{
    persister::Keeper,
    records::{copy_of, discard, forget, forget_refused, keep_refused, unsent},
};

#[cfg(not(feature = "hydrate"))]
mod server;
#[cfg(not(feature = "hydrate"))]
pub(crate) use self::server::{
    Keeper, copy_of, discard, forget, forget_refused, keep_refused, unsent,
};

use serde::{Deserialize, Serialize};
use sync::{Op, Refusal};
use uuid::Uuid;

use crate::Record;

/// Operations that were refused for one reason.
#[derive(Serialize, Deserialize)]
pub(crate) struct Refusals {
    /// Names them.
    pub(crate) id: Uuid,
    pub(crate) reason: Refusal,
    pub(crate) ops: Vec<Op<Record>>,
}
