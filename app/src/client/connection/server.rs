//! Where pages are only rendered, nothing is kept in step.

use leptos::prelude::SyncStorage;

use crate::client::session::Session;

/// How signals keep a [`Live`]: a page may be rendered by one thread and dropped by another.
pub(crate) type Storage = SyncStorage;

pub(crate) struct Live;

impl Live {
    pub(crate) fn start(_: Session) -> Self {
        Self
    }

    pub(crate) fn flush(&self) {}

    pub(crate) fn leave(&self) {}
}
