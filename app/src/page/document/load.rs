//! What the server reads before it renders a page.

use crate::{
    Token,
    client::{list_view::Look, page_data::PageData},
    page::route::{Filter, Route},
    service::{Service, tell_destroyed},
};

/// Reads what the page at this path is made of, for whoever has sent these cookies; `None` if it is no
/// list's.
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
