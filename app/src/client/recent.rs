//! The lists that this device has opened before. Of each, the service worker keeps the page.

use serde::{Deserialize, Serialize};

use crate::{
    client::{list_view::Look, storage},
    platform,
};

/// The key under which this device stores them, as JSON.
const KEY: &str = "tandem.lists";
/// Most lists that are remembered.
const MAX_LISTS: usize = 50;

/// A list that this device has opened before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recent {
    /// The secret in its link.
    pub token: String,
    /// What it was called when last seen.
    pub title: String,
}

/// Returns them, the one opened last first.
pub fn lists() -> Vec<Recent> {
    platform::stored(KEY)
        .and_then(|json| serde_json::from_str(&json).ok())
        .unwrap_or_default()
}

fn store(lists: &[Recent]) {
    if let Ok(json) = serde_json::to_string(lists) {
        platform::store(KEY, Some(&json));
    }
}

/// Remembers a list as the one opened last.
pub fn remember(token: &str, title: &str) {
    let mut lists = self::lists();
    lists.retain(|list| list.token != token);
    lists.insert(
        0,
        Recent {
            token: token.to_owned(),
            title: title.to_owned(),
        },
    );
    lists.truncate(MAX_LISTS);
    store(&lists);
    platform::tell_worker("keep", token);
}

/// The list has changed since its page was kept.
pub fn renew(token: &str) {
    platform::tell_worker("renew", token);
}

/// Forgets a list, and what was kept of it, since it was deleted or the person says so.
pub fn forget(token: &str) {
    storage::forget(token);
    Look::remember(None, token);
    let mut lists = self::lists();
    lists.retain(|list| list.token != token);
    store(&lists);
    platform::tell_worker("forget", token);
}
