//! Loads the data of a page before it is rendered.

use crate::{
    Error, Token,
    client::{list_view::ListViewState, page_data::PageData},
    page::route::{Filter, Route},
    service::{Service, tell_why},
};

/// Loads the data of the page at a path, for a request with these cookies. Returns `None` if it is
/// not a list's page.
pub async fn load_page(path: &str, cookies: &str, service: &dyn Service) -> Option<PageData> {
    let Route::List { token, filter } = Route::of(path) else {
        return None;
    };
    let token = Token(token);
    let opened = service.open_list(&token).await;
    let mut opened = tell_why(service, &token, opened).await;
    let mut is_hidden = false;
    if filter == Filter::Trash
        && let Ok(opened) = &mut opened
    {
        match service.trash(&token).await {
            Ok(deleted) => opened.snapshot.changes.extend(deleted),
            Err(Error::ReadOnly) => is_hidden = true,
            // If they cannot be read, the page says so.
            Err(_) => {}
        }
    }
    if is_hidden {
        opened = Err(Error::ReadOnly);
    }
    Some(PageData {
        opened,
        view_state: ListViewState::of_cookies(cookies),
    })
}
