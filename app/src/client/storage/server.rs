//! Where pages are rendered, nothing is stored.

pub(crate) fn forget(_token: &str) {}

pub(crate) async fn copy_of(_token: &str) -> Vec<String> {
    Vec::new()
}

pub(crate) async fn unsent(_token: &str) -> Vec<String> {
    Vec::new()
}

pub(crate) fn discard(_token: &str) {}
