//! Where pages are rendered: no clock and no random source may touch what is drawn.

use leptos::server_fn::ServerFn;
use sync::Millis;
use uuid::Uuid;

use crate::{
    Date, Error, Words,
    page::{Look, PageData},
    recent::Recent,
    words::LANGUAGES,
};

/// The words that the request asked for.
pub(crate) fn words() -> &'static Words {
    leptos::prelude::use_context().unwrap_or(LANGUAGES[0])
}

pub(crate) fn now() -> Millis {
    0
}

pub(crate) fn new_id() -> Uuid {
    Uuid::nil()
}

/// Without case. How letters are composed, only browsers know; here nothing is searched for.
pub(crate) fn fold(text: &str, _form: &str) -> String {
    text.to_lowercase()
        .to_uppercase()
        .to_lowercase()
        .replace('ς', "σ")
}

pub(crate) fn set_body_attribute(_name: &str, _value: &str) {}

pub(crate) fn reload() {}

pub(crate) fn is_hidden() -> bool {
    false
}

pub(crate) fn is_attended(_selector: &str) -> bool {
    false
}

/// What the page is made of.
pub(crate) fn page_data() -> PageData {
    leptos::prelude::use_context().unwrap_or_else(PageData::absent)
}

pub(crate) fn on_return(_act: impl Fn() + 'static) {}

/// The path that is asked for.
pub(crate) fn path() -> String {
    request_path().unwrap_or_default()
}

pub(crate) fn push_path(_path: &str) {}

pub(crate) fn load(_path: &str) {}

pub(crate) fn public_origin() -> String {
    String::new()
}

pub(crate) async fn copy_text(_text: &str) -> bool {
    false
}

pub(crate) fn recent_lists() -> Vec<Recent> {
    Vec::new()
}

pub(crate) fn store_recent_lists(_lists: &[Recent]) {}

pub(crate) fn wants_letters() -> bool {
    true
}

pub(crate) fn want_letters(_wanted: bool) {}

pub(crate) fn remembered_look() -> Look {
    Look::default()
}

pub(crate) fn remember_look(_token: &str, _look: Option<&Look>) {}

pub(crate) fn today() -> Option<Date> {
    None
}

pub(crate) fn hide_popover(_id: &str) {}

pub(crate) fn is_kept_page() -> bool {
    false
}

pub(crate) fn tell_worker(_verb: &'static str, _token: &str) {}

/// Only the browser calls.
#[expect(clippy::unused_async, reason = "it is awaited where pages run")]
pub(crate) async fn call<F: ServerFn>(_arguments: &F) -> Result<F::Output, Error> {
    Err(Error::Unavailable)
}

/// Names the document. What writes the head does not escape the name.
pub(crate) fn name_document(name: impl Fn() -> String + Send + Sync + 'static) {
    let text = move || name().replace('&', "&amp;").replace('<', "&lt;");
    let props = leptos_meta::TitleProps::builder().text(text).build();
    let _ = leptos_meta::Title(props);
}

/// Says in the response that the page does not exist.
pub(crate) fn respond_not_found() {
    respond_with(404);
}

/// Says in the response that the page cannot be made just now.
pub(crate) fn respond_unavailable() {
    respond_with(503);
}

#[cfg(feature = "ssr")]
fn request_path() -> Option<String> {
    let request = leptos::prelude::use_context::<http::request::Parts>()?;
    Some(request.uri.path().to_owned())
}

#[cfg(not(feature = "ssr"))]
fn request_path() -> Option<String> {
    None
}

#[cfg(feature = "ssr")]
fn respond_with(status: u16) {
    use leptos::prelude::use_context;
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>()
        && let Ok(status) = axum_status(status)
    {
        response.set_status(status);
    }
}

#[cfg(feature = "ssr")]
fn axum_status(status: u16) -> Result<http::StatusCode, http::status::InvalidStatusCode> {
    http::StatusCode::from_u16(status)
}

#[cfg(not(feature = "ssr"))]
fn respond_with(_status: u16) {}
