//! The path of the page, and what it means.
//!
//! Only the views of one list share a page; everything else is a full page load, which the service
//! worker answers offline.

use leptos::{ev, ev::MouseEvent, prelude::*};

use crate::platform;

/// Which items the page shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Filter {
    All,
    Active,
    Completed,
    /// The deleted items.
    Trash,
}

impl Filter {
    /// Parses the last segment of a path.
    pub(crate) fn parse(segment: Option<&str>) -> Option<Self> {
        match segment {
            None | Some("") => Some(Self::All),
            Some("active") => Some(Self::Active),
            Some("completed") => Some(Self::Completed),
            Some("trash") => Some(Self::Trash),
            Some(_) => None,
        }
    }

    pub(crate) fn shows(self, isdone: bool) -> bool {
        match self {
            Self::All => true,
            Self::Active => !isdone,
            Self::Completed => isdone,
            Self::Trash => false,
        }
    }
}

/// What a path means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    Landing,
    List {
        token: String,
        filter: Filter,
    },
    /// No page. `list` is the first segment, if it may be a token.
    Unknown {
        list: Option<String>,
    },
}

impl Route {
    pub(crate) fn of(path: &str) -> Self {
        let mut segments = path.trim_matches('/').split('/');
        let token = segments.next().unwrap_or_default();
        match (token, Filter::parse(segments.next()), segments.next()) {
            ("", Some(Filter::All), None) => Self::Landing,
            (token, Some(filter), None) if !token.is_empty() => Self::List {
                token: token.to_owned(),
                filter,
            },
            _ => Self::Unknown {
                list: may_be_token(token).then(|| token.to_owned()),
            },
        }
    }
}

/// Whether a list may have this token. `frontend/service-worker.js` has the same rule.
fn may_be_token(segment: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    segment.len() >= 16 && segment.bytes().all(is_plain)
}

/// The path of the page.
#[derive(Clone, Copy)]
pub(crate) struct Location(RwSignal<String>);

impl Location {
    /// Provides the path, which follows the browser's history.
    pub(crate) fn provide() -> Self {
        let location = Self(RwSignal::new(platform::path()));
        provide_context(location);
        Effect::new(move |_| {
            let walked = window_event_listener(ev::popstate, move |_| {
                location.0.set(platform::path());
            });
            on_cleanup(move || walked.remove());
        });
        location
    }

    /// What the page shows.
    pub(crate) fn route(self) -> Route {
        self.0.with_untracked(|path| Route::of(path))
    }

    /// Returns which view of its list the page shows.
    pub(crate) fn filter(self) -> Signal<Filter> {
        Signal::derive(move || match self.0.with(|path| Route::of(path)) {
            Route::List { filter, .. } => filter,
            Route::Landing | Route::Unknown { .. } => Filter::All,
        })
    }
}

/// A link to another view of the same list, which shows without a page load.
#[component]
pub(crate) fn ViewLink(
    href: String,
    #[prop(into)] class: Signal<&'static str>,
    name: &'static str,
) -> impl IntoView {
    let location = expect_context::<Location>();
    let path = href.clone();
    let go = move |event: MouseEvent| {
        let is_plain = event.button() == 0
            && !(event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key());
        if is_plain && !event.default_prevented() {
            event.prevent_default();
            platform::push_path(&path);
            location.0.set(path.clone());
        }
    };
    let current = Signal::derive(move || (class.get() == "selected").then_some("page"));
    view! {
        <a href=href class=class aria-current=current on:click=go>
            {name}
        </a>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_the_landing_page_a_list_or_unknown() {
        let list = |filter| Route::List {
            token: "abc".to_owned(),
            filter,
        };
        let unknown = |list: Option<&str>| Route::Unknown {
            list: list.map(str::to_owned),
        };
        let cases = [
            ("/", Route::Landing),
            ("/abc", list(Filter::All)),
            ("/abc/", list(Filter::All)),
            ("/abc/active", list(Filter::Active)),
            ("/abc/completed", list(Filter::Completed)),
            ("/abc/trash", list(Filter::Trash)),
            ("/abc/other", unknown(None)),
            ("/abc/active/x", unknown(None)),
            ("/abcdefghijklmnop/other", unknown(Some("abcdefghijklmnop"))),
            ("/favicon.nothing-at-all/x", unknown(None)),
        ];
        for (path, route) in cases {
            assert_eq!(Route::of(path), route, "{path}");
        }
    }
}
