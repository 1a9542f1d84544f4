//! Where pages are only rendered, nothing is kept.

use uuid::Uuid;

use super::Refusals;
use crate::client::session::Session;

pub(crate) struct Keeper;

impl Keeper {
    pub(crate) fn start(_: Session) -> Self {
        Self
    }
}

pub(crate) fn forget(_token: &str) {}

pub(crate) async fn copy_of(_token: &str) -> Vec<String> {
    Vec::new()
}

pub(crate) async fn unsent(_token: &str) -> Vec<String> {
    Vec::new()
}

pub(crate) fn discard(_token: &str) {}

pub(crate) fn keep_refused(_token: &str, _refusals: &Refusals) {}

pub(crate) fn forget_refused(_token: &str, _id: Uuid) {}
