//! The lists that this device has opened before. The service worker keeps the page of each.

use serde::{Deserialize, Serialize};

use crate::{
    client::{list_view::ListViewState, storage},
    platform,
};

/// Key under which this device stores the lists, as JSON.
const KEY: &str = "tandem.lists";
/// Key under which this device stores the list that it deleted last, as JSON.
const DELETED_KEY: &str = "tandem.deleted";
/// Most lists that are remembered.
const MAX_LISTS: usize = 50;

/// A list that this device has opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recent {
    /// The secret in its link.
    pub token: String,
    /// Its title when it was last open.
    pub title: String,
}

/// Returns the lists, the one opened last first.
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

/// Tells the service worker that a list has changed since its page was stored.
pub fn renew(token: &str) {
    platform::tell_worker("renew", token);
}

/// Removes a list that this device has deleted. The landing page offers to restore it:
/// `page/document/deleted.js`.
pub fn delete(token: &str, title: &str) {
    forget(token);
    let deleted = Recent {
        token: token.to_owned(),
        title: title.to_owned(),
    };
    if let Ok(json) = serde_json::to_string(&deleted) {
        platform::store(DELETED_KEY, Some(&json));
    }
}

/// Removes a list and what is stored of it, because it was deleted or the person says so.
pub fn forget(token: &str) {
    storage::forget(token);
    ListViewState::remember(None, token);
    let mut lists = self::lists();
    lists.retain(|list| list.token != token);
    store(&lists);
    platform::tell_worker("forget", token);
}
