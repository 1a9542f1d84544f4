//! What a list's page is made of. The server has it before it renders, and the browser gets it with
//! the page: so on neither side does anything on the page wait.

use serde::{Deserialize, Serialize};

use super::look::Look;
use crate::{Error, api::Opened};
#[cfg(feature = "ssr")]
use crate::{
    page::{list::Filter, route::Route},
    service::{Service, Token, tell_destroyed},
};

/// What a list's page is made of.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PageData {
    /// The list, or why it cannot be opened. Its snapshot has the deleted items too where the page
    /// shows the trash.
    pub(crate) opened: Result<Opened, Error>,
    /// How the person looks at it.
    pub(crate) look: Look,
}

impl PageData {
    /// Of a page that the server has not made.
    pub(crate) fn absent() -> Self {
        Self {
            opened: Err(Error::Unavailable),
            look: Look::default(),
        }
    }
}

/// Reads what the page at this path is made of, for whoever has sent these cookies; `None` if it is no
/// list's.
#[cfg(feature = "ssr")]
pub async fn load_page(path: &str, cookies: &str, service: &dyn Service) -> Option<PageData> {
    let Route::List { token, filter } = Route::of(path) else {
        return None;
    };
    let token = Token(token);
    let opened = service.open_list(&token).await;
    let mut opened = tell_destroyed(service, &token, opened).await;
    if filter == Filter::Trash
        && let Ok(opened) = &mut opened
    {
        // Without them, the page says so.
        let deleted = service.trash(&token).await.unwrap_or_default();
        opened.snapshot.changes.extend(deleted);
    }
    Some(PageData {
        opened,
        look: Look::of_cookies(cookies),
    })
}
