//! How a person looks at a list: a matter of their own, which this device remembers. It stands in a
//! cookie of the list's path, so that the server renders the page as it will be.

use std::{collections::HashSet, fmt};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The name of the cookie.
pub(crate) const COOKIE: &str = "look";
/// More than so many collapsed sections are not remembered: a cookie has its limits.
const MOST: usize = 80;

/// How a person looks at a list.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Look {
    /// Whether ticked items stand behind the others of their section.
    pub(crate) sinks: bool,
    /// The sections whose items are not shown.
    pub(crate) collapsed: HashSet<Uuid>,
}

impl Look {
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
    fn what_cannot_be_read_is_not_heeded() {
        for cookies in ["", "look", "look=", "look=x.y", "outlook=1"] {
            assert_eq!(Look::of_cookies(cookies), Look::default(), "{cookies}");
        }
    }
}
