//! Where pages are rendered: no clock and no random source may touch what is drawn.

pub(crate) mod focus;
pub(crate) mod rows;

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU16, Ordering},
};

use leptos::{prelude::use_context, server_fn::ServerFn};
use sync::Millis;
use uuid::Uuid;

use crate::{
    Date, Error, Words,
    client::{list_view::Look, page_data::PageData, recent::Recent},
    words::LANGUAGES,
};

/// What one page is rendered from, and what it says of its response.
#[derive(Clone)]
pub(crate) struct Rendering(Arc<Inner>);

struct Inner {
    path: String,
    words: &'static Words,
    data: Mutex<Option<PageData>>,
    title: Mutex<String>,
    status: AtomicU16,
}

impl Rendering {
    #[cfg_attr(
        not(feature = "ssr"),
        expect(dead_code, reason = "only the server renders")
    )]
    pub(crate) fn new(path: &str, words: &'static Words, data: Option<PageData>) -> Self {
        Self(Arc::new(Inner {
            path: path.to_owned(),
            words,
            data: Mutex::new(data),
            title: Mutex::default(),
            status: AtomicU16::new(200),
        }))
    }

    /// The document's name, once the page is rendered.
    #[cfg_attr(
        not(feature = "ssr"),
        expect(dead_code, reason = "only the server renders")
    )]
    pub(crate) fn title(&self) -> String {
        let title = self.0.title.lock();
        title.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The status of the response, once the page is rendered.
    #[cfg_attr(
        not(feature = "ssr"),
        expect(dead_code, reason = "only the server renders")
    )]
    pub(crate) fn status(&self) -> u16 {
        self.0.status.load(Ordering::Relaxed)
    }
}

/// The words that the request asked for.
pub(crate) fn words() -> &'static Words {
    use_context::<Rendering>().map_or(LANGUAGES[0], |rendering| rendering.0.words)
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

/// What the page is made of, which is handed out once.
pub(crate) fn page_data() -> PageData {
    let rendering = use_context::<Rendering>();
    let data = rendering.and_then(|rendering| {
        let data = rendering.0.data.lock();
        data.unwrap_or_else(PoisonError::into_inner).take()
    });
    data.unwrap_or_else(PageData::absent)
}

pub(crate) fn on_return(_act: impl Fn() + 'static) {}

/// The path that is asked for.
pub(crate) fn path() -> String {
    use_context::<Rendering>().map_or_else(String::new, |rendering| rendering.0.path.clone())
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

/// Names the document.
pub(crate) fn name_document(name: impl Fn() -> String + 'static) {
    if let Some(rendering) = use_context::<Rendering>() {
        *rendering
            .0
            .title
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = name();
    }
}

/// Says in the response that the page does not exist.
pub(crate) fn respond_not_found() {
    respond_with(404);
}

/// Says in the response that the page cannot be made just now.
pub(crate) fn respond_unavailable() {
    respond_with(503);
}

fn respond_with(status: u16) {
    if let Some(rendering) = use_context::<Rendering>() {
        rendering.0.status.store(status, Ordering::Relaxed);
    }
}
