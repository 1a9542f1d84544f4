//! How a person views a list, which this device remembers. It is stored in a cookie on the list's
//! path, so that the server renders the page as the person will see it.

use std::{collections::HashSet, fmt};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::platform;

/// The name of the cookie.
const COOKIE: &str = "look";
/// Most collapsed sections that are remembered: browsers limit a cookie to 4 KiB.
const MAX_COLLAPSED: usize = 80;
/// Lifetime of the cookie, in seconds: 400 days, the longest that browsers accept.
const MAX_AGE_SECONDS: u32 = 400 * 24 * 60 * 60;

/// How a person views a list.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct ListViewState {
    /// Whether ticked items move to the end of their section.
    pub(crate) sinks: bool,
    /// The collapsed sections.
    pub(crate) collapsed: HashSet<Uuid>,
}

impl ListViewState {
    /// Returns the state stored on this device for the list of this page.
    pub(crate) fn remembered() -> Self {
        Self::of_cookies(&platform::cookies())
    }

    /// Stores a list's state on this device; `None` removes it.
    pub(crate) fn remember(state: Option<&Self>, token: &str) {
        platform::set_cookie(&Self::cookie(state, token, platform::is_https()));
    }

    /// Parses the cookies of a request or a page. Ignores what cannot be parsed.
    pub(crate) fn of_cookies(cookies: &str) -> Self {
        let mut cookies = cookies
            .split(';')
            .filter_map(|cookie| cookie.split_once('='));
        let value = cookies.find(|(name, _)| name.trim() == COOKIE);
        let mut parts = value.map_or("", |(_, value)| value.trim()).split('.');
        Self {
            sinks: parts.next() == Some("1"),
            collapsed: parts
                .filter_map(|id| id.parse().ok())
                .take(MAX_COLLAPSED)
                .collect(),
        }
    }

    /// Returns the cookie of a list, or one that removes it. Browsers send it to that list's pages
    /// alone; one set over HTTPS is only sent over HTTPS.
    fn cookie(state: Option<&Self>, token: &str, is_https: bool) -> String {
        let age = state.map_or(0, |_| MAX_AGE_SECONDS);
        let value = state.map(ToString::to_string).unwrap_or_default();
        let secure = if is_https { ";secure" } else { "" };
        format!("{COOKIE}={value};path=/{token};max-age={age};samesite=lax{secure}")
    }
}

/// The value of the cookie.
impl fmt::Display for ListViewState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", u8::from(self.sinks))?;
        let mut collapsed = self.collapsed.iter().take(MAX_COLLAPSED);
        collapsed.try_for_each(|id| write!(f, ".{}", id.simple()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_survives_a_round_trip() {
        let state = ListViewState {
            sinks: true,
            collapsed: [1, 2].map(Uuid::from_u128).into(),
        };
        assert_eq!(
            ListViewState::of_cookies(&format!("a=b; look={state}; c=d")),
            state
        );
    }

    #[test]
    fn a_cookie_set_over_https_is_secure() {
        let state = ListViewState::default();
        let cookie = |state, is_https| ListViewState::cookie(state, "abc", is_https);
        assert_eq!(
            cookie(Some(&state), true),
            "look=0;path=/abc;max-age=34560000;samesite=lax;secure"
        );
        assert_eq!(
            cookie(Some(&state), false),
            "look=0;path=/abc;max-age=34560000;samesite=lax"
        );
        assert_eq!(
            cookie(None, false),
            "look=;path=/abc;max-age=0;samesite=lax"
        );
    }

    #[test]
    fn what_cannot_be_parsed_is_ignored() {
        for cookies in ["", "look", "look=", "look=x.y", "outlook=1"] {
            assert_eq!(
                ListViewState::of_cookies(cookies),
                ListViewState::default(),
                "{cookies}"
            );
        }
    }
}
