//! The platform where pages are rendered: no clock and no random source, since the browser must
//! build the same page.

pub(crate) mod focus;
pub(crate) mod rows;

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU16, Ordering},
};

use leptos::{ev::Event, prelude::use_context, server_fn::ServerFn};
use sync::Millis;
use uuid::Uuid;

use crate::{Date, Error};

/// The request that a page is rendered for, and what the page says of its response.
#[derive(Clone)]
pub(crate) struct Rendering(Arc<Inner>);

struct Inner {
    path: String,
    language: &'static str,
    title: Mutex<String>,
    status: AtomicU16,
}

impl Rendering {
    pub(crate) fn new(path: &str, language: &'static str) -> Self {
        Self(Arc::new(Inner {
            path: path.to_owned(),
            language,
            title: Mutex::default(),
            status: AtomicU16::new(200),
        }))
    }

    /// Returns the document's title, once the page is rendered.
    pub(crate) fn title(&self) -> String {
        let title = self.0.title.lock();
        title.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns the status of the response, once the page is rendered.
    pub(crate) fn status(&self) -> u16 {
        self.0.status.load(Ordering::Relaxed)
    }
}

/// Returns the language of the page that is rendered.
pub(crate) fn language() -> &'static str {
    use_context::<Rendering>().map_or("", |rendering| rendering.0.language)
}

pub(crate) fn now() -> Millis {
    0
}

pub(crate) fn new_id() -> Uuid {
    Uuid::nil()
}

/// Returns a new id for a form. It is no part of what the browser must build alike.
pub(crate) fn form_id() -> Uuid {
    Uuid::now_v7()
}

/// Returns the text without case. Only browsers normalize: nothing is searched for here.
pub(crate) fn fold(text: &str, _form: &str) -> String {
    text.to_lowercase()
        .to_uppercase()
        .to_lowercase()
        .replace('ς', "σ")
}

pub(crate) fn key_of(_event: &Event, _property: &str) -> String {
    String::new()
}

pub(crate) fn set_body_attribute(_name: &str, _value: &str) {}

pub(crate) fn mark_busy() -> impl FnOnce() {
    || {}
}

pub(crate) fn reload() {}

pub(crate) fn is_hidden() -> bool {
    false
}

pub(crate) fn is_attended(_selector: &str) -> bool {
    false
}

pub(crate) fn on_return(_act: impl Fn() + 'static) {}

/// Returns the requested path.
pub(crate) fn path() -> String {
    use_context::<Rendering>().map_or_else(String::new, |rendering| rendering.0.path.clone())
}

pub(crate) fn push_path(_path: &str) {}

pub(crate) fn load(_path: &str) {}

pub(crate) fn can_send_links() -> bool {
    false
}

pub(crate) fn send_link(_title: &str, _link: &str) {}

pub(crate) fn public_origin() -> String {
    String::new()
}

#[expect(clippy::unused_async, reason = "as in the browser")]
pub(crate) async fn copy_text(_text: &str) -> bool {
    false
}

pub(crate) fn stored(_key: &str) -> Option<String> {
    None
}

pub(crate) fn store(_key: &str, _text: Option<&str>) {}

pub(crate) fn cookies() -> String {
    String::new()
}

pub(crate) fn set_cookie(_cookie: &str) {}

pub(crate) fn is_https() -> bool {
    false
}

pub(crate) fn today() -> Option<Date> {
    None
}

pub(crate) fn hide_popover(_id: &str) {}

pub(crate) fn tell_worker(_verb: &'static str, _token: &str) {}

/// Only the browser calls.
#[expect(clippy::unused_async, reason = "it is awaited where pages run")]
pub(crate) async fn call<F: ServerFn>(_arguments: &F) -> Result<F::Output, Error> {
    Err(Error::Unavailable)
}

/// Sets the document's title.
pub(crate) fn name_document(name: impl Fn() -> String + 'static) {
    if let Some(rendering) = use_context::<Rendering>() {
        *rendering
            .0
            .title
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = name();
    }
}

/// Sets the response's status: the page does not exist.
pub(crate) fn respond_not_found() {
    respond_with(404);
}

/// Sets the response's status: the page is not available now.
pub(crate) fn respond_unavailable() {
    respond_with(503);
}

fn respond_with(status: u16) {
    if let Some(rendering) = use_context::<Rendering>() {
        rendering.0.status.store(status, Ordering::Relaxed);
    }
}
