//! Where pages are only rendered, nothing is kept.

use crate::session::Session;

pub(crate) struct Keeper;

impl Keeper {
    pub(crate) fn start(_: Session) -> Self {
        Self
    }
}

pub(crate) fn forget(_token: &str) {}

pub(crate) async fn unsent(_token: String) -> Vec<String> {
    Vec::new()
}

pub(crate) fn discard(_token: &str) {}
