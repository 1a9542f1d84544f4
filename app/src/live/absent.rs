//! Where pages are only rendered, nothing is kept in step.

use crate::session::Session;

pub(crate) struct Live;

impl Live {
    pub(crate) fn start(_: Session) -> Self {
        Self
    }

    pub(crate) fn flush(&self) {}
}
