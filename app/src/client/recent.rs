//! The lists that this device has opened before. Of each, the service worker keeps the page.

use serde::{Deserialize, Serialize};

use crate::{client::storage, platform};

const MOST: usize = 50;

/// A list that this device has opened before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Recent {
    /// The secret in its link.
    pub(crate) token: String,
    /// What it was called when last seen.
    pub(crate) title: String,
}

/// Remembers a list as the one opened last.
pub(crate) fn remember(token: &str, title: &str) {
    let mut lists = platform::recent_lists();
    lists.retain(|list| list.token != token);
    lists.insert(
        0,
        Recent {
            token: token.to_owned(),
            title: title.to_owned(),
        },
    );
    lists.truncate(MOST);
    platform::store_recent_lists(&lists);
    platform::tell_worker("keep", token);
}

/// The list has changed since its page was kept.
#[cfg_attr(
    not(feature = "hydrate"),
    expect(dead_code, reason = "only the browser connects")
)]
pub(crate) fn renew(token: &str) {
    platform::tell_worker("renew", token);
}

/// Forgets a list, and what was kept of it, since it was deleted or the person says so.
pub(crate) fn forget(token: &str) {
    storage::forget(token);
    platform::remember_look(token, None);
    let mut lists = platform::recent_lists();
    lists.retain(|list| list.token != token);
    platform::store_recent_lists(&lists);
    platform::tell_worker("forget", token);
}
