//! How a person looks at a list: a matter of their own, which this device remembers. It stands in a
//! cookie of the list's path, so that the server renders the page as it will be.

use std::{collections::HashSet, fmt};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::platform;

/// The name of the cookie.
const COOKIE: &str = "look";
/// Most collapsed sections that are remembered: a cookie has at most 4 KiB.
const MOST: usize = 80;
/// How long a look is remembered, in seconds: browsers keep no cookie for longer than 400 days.
const MAX_AGE: u32 = 400 * 24 * 60 * 60;

/// How a person looks at a list.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Look {
    /// Whether ticked items stand behind the others of their section.
    pub(crate) sinks: bool,
    /// The sections whose items are not shown.
    pub(crate) collapsed: HashSet<Uuid>,
}

impl Look {
    /// Returns how this page's list was last looked at on this device.
    pub(crate) fn remembered() -> Self {
        Self::of_cookies(&platform::cookies())
    }

    /// Remembers on this device how a list is looked at; `None` forgets it.
    pub(crate) fn remember(look: Option<&Self>, token: &str) {
        platform::set_cookie(&Self::cookie(look, token, platform::is_https()));
    }

    /// As the cookies of a request or a page say. What cannot be read is not heeded.
    pub(crate) fn of_cookies(cookies: &str) -> Self {
        let mut cookies = cookies
            .split(';')
            .filter_map(|cookie| cookie.split_once('='));
        let look = cookies.find(|(name, _)| name.trim() == COOKIE);
        let mut parts = look.map_or("", |(_, look)| look.trim()).split('.');
        Self {
            sinks: parts.next() == Some("1"),
            collapsed: parts.filter_map(|id| id.parse().ok()).take(MOST).collect(),
        }
    }

    /// The cookie of a list, as a page sets it; without a look, it removes the one that is there. Only
    /// its list's pages are sent it, and over HTTPS once it was set there.
    fn cookie(look: Option<&Self>, token: &str, is_https: bool) -> String {
        let age = look.map_or(0, |_| MAX_AGE);
        let look = look.map(ToString::to_string).unwrap_or_default();
        let secure = if is_https { ";secure" } else { "" };
        format!("{COOKIE}={look};path=/{token};max-age={age};samesite=lax{secure}")
    }
}

/// The value of the cookie.
impl fmt::Display for Look {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", u8::from(self.sinks))?;
        let mut collapsed = self.collapsed.iter().take(MOST);
        collapsed.try_for_each(|id| write!(f, ".{}", id.simple()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_is_read_as_it_was_written() {
        let look = Look {
            sinks: true,
            collapsed: [1, 2].map(Uuid::from_u128).into(),
        };
        assert_eq!(Look::of_cookies(&format!("a=b; look={look}; c=d")), look);
    }

    #[test]
    fn a_cookie_that_was_set_over_https_goes_over_nothing_else() {
        let look = Look::default();
        let cookie = |look, is_https| Look::cookie(look, "abc", is_https);
        assert_eq!(
            cookie(Some(&look), true),
            "look=0;path=/abc;max-age=34560000;samesite=lax;secure"
        );
        assert_eq!(
            cookie(Some(&look), false),
            "look=0;path=/abc;max-age=34560000;samesite=lax"
        );
        assert_eq!(
            cookie(None, false),
            "look=;path=/abc;max-age=0;samesite=lax"
        );
    }

    #[test]
    fn what_cannot_be_read_is_not_heeded() {
        for cookies in ["", "look", "look=", "look=x.y", "outlook=1"] {
            assert_eq!(Look::of_cookies(cookies), Look::default(), "{cookies}");
        }
    }
}
