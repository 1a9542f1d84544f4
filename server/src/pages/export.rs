//! Downloads a list as a file, without a script.

use app::{
    Assets, Record,
    api::Opened,
    outline::{Entry, Format, Outline},
    service::Token,
};
use axum::{
    Extension, Router,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
    routing::get,
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sync::{ClientId, Replica};
use uuid::Uuid;

use super::{
    address::Address,
    plain::{self, Language},
};
use crate::state::AppState;

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/{token}/export.md", get(markdown))
        .route("/{token}/export.txt", get(text))
        .route("/{token}/export.json", get(json))
}

async fn markdown(state: State<AppState>, token: Address<String>, page: Page) -> Response {
    export(state, token, page, Format::Markdown).await
}

async fn text(state: State<AppState>, token: Address<String>, page: Page) -> Response {
    export(state, token, page, Format::Text).await
}

async fn json(state: State<AppState>, token: Address<String>, page: Page) -> Response {
    export(state, token, page, Format::Json).await
}

/// What an error page is rendered with.
type Page = (Extension<Assets>, Language);

async fn export(
    State(state): State<AppState>,
    Address(token): Address<String>,
    (Extension(assets), language): Page,
    format: Format,
) -> Response {
    match state.service.open_list(&Token(token)).await {
        Ok(opened) => {
            let outline = outline_of(opened);
            let title = outline.title.as_deref().unwrap_or_default();
            let headers = [
                (header::CONTENT_TYPE, format.media_type().to_owned()),
                (header::CONTENT_DISPOSITION, attachment(title, format)),
            ];
            (headers, format.write(&outline)).into_response()
        }
        Err(error) => plain::failure(&assets, language, language.words.no_such_list, &error),
    }
}

/// Returns the list's title, and its items in order.
pub(super) fn outline_of(opened: Opened) -> Outline {
    let title = opened.list.title.to_string();
    let replica = Replica::new(ClientId(Uuid::nil()), opened.snapshot);
    let items = replica.ordered().filter_map(Record::as_item);
    Outline {
        title: Some(title),
        items: items.map(Entry::from).collect(),
    }
}

/// Returns a `Content-Disposition` with a file name made of the list's title ([RFC
/// 6266](https://www.rfc-editor.org/rfc/rfc6266)): in ASCII, and in full for clients that support
/// it.
fn attachment(title: &str, format: Format) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || " -_".contains(c);
    let short: String = title.chars().take(80).collect();
    let plain = short.replace(|c| !is_plain(c), "_");
    let encoded = utf8_percent_encode(&short, NON_ALPHANUMERIC);
    let ending = format.extension();
    format!("attachment; filename=\"{plain}.{ending}\"; filename*=UTF-8''{encoded}.{ending}")
}
