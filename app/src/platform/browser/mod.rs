//! The browser, over `web_sys`.

pub(crate) mod focus;
pub(crate) mod rows;

use leptos::{prelude::*, server_fn::ServerFn, task::spawn_local};
use serde::{
    Serialize,
    de::{DeserializeOwned, IgnoredAny},
};
use sync::Millis;
use uuid::{Builder, Uuid};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, Event, HtmlDocument, ServiceWorkerContainer, ServiceWorkerRegistration};

use crate::{Date, Error};

/// Longest silence of the server during a call, in milliseconds, beside the time that the upload may take.
const MAX_SILENCE_MS: u32 = 10_000;

#[wasm_bindgen(module = "/src/platform/browser/post.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    async fn post(path: &str, body: &str, silence: u32) -> Result<JsValue, JsValue>;

    /// Returns how long the server has asked to be left alone from now on, in milliseconds, at most 60,000.
    pub(crate) fn pause() -> u32;
}

thread_local! {
    // Read and leaked once per page: it never changes, and every component asks for it.
    static LANGUAGE: &'static str = {
        let page = leptos::prelude::document().document_element();
        let language = page.and_then(|page| page.get_attribute("lang"));
        language.unwrap_or_default().leak()
    };
}

/// Returns the language of the document, such as `en`.
pub(crate) fn language() -> &'static str {
    LANGUAGE.with(|language| *language)
}

/// Returns the time, in milliseconds since 1970.
pub(crate) fn now() -> Millis {
    #[expect(clippy::cast_possible_truncation, reason = "milliseconds fit for ages")]
    {
        js_sys::Date::now() as Millis
    }
}

/// Returns no id: `document/new_list.js` makes one for each press.
pub(crate) fn form_id() -> &'static str {
    ""
}

/// Returns a new UUIDv7.
pub(crate) fn new_id() -> Uuid {
    let mut random = [0; 10];
    if let Ok(crypto) = window().crypto() {
        // It only fails above 64 KiB.
        let _ = crypto.get_random_values_with_u8_array(&mut random);
    }
    Builder::from_unix_timestamp_millis(now().unsigned_abs(), &random).into_uuid()
}

/// Returns what a key event says of its key: `key` or `code`. Empty for plain events of that name, as
/// extensions and autofill dispatch them.
pub(crate) fn key_of(event: &Event, property: &str) -> String {
    let value = js_sys::Reflect::get(event, &property.into()).ok();
    value
        .and_then(|value| value.as_string())
        .unwrap_or_default()
}

/// Sets an attribute of the page's body.
pub(crate) fn set_body_attribute(name: &str, value: &str) {
    if let Some(body) = leptos::prelude::document().body() {
        // It only fails on a malformed name.
        let _ = body.set_attribute(name, value);
    }
}

/// Returns an attribute of the page's body, or an empty text.
pub(crate) fn body_attribute(name: &str) -> String {
    let body = leptos::prelude::document().body();
    body.and_then(|body| body.get_attribute(name))
        .unwrap_or_default()
}

/// Marks the control that people have just used as busy, until the returned function is called.
pub(crate) fn mark_busy() -> impl FnOnce() {
    let used = window().event().dyn_into::<Event>().ok();
    let used = used.and_then(|event| event.target()?.dyn_into::<Element>().ok());
    let control = used.and_then(|used| used.closest("button, input").ok()?);
    if let Some(control) = &control {
        // It only fails on a malformed name.
        let _ = control.set_attribute("aria-busy", "true");
    }
    move || {
        if let Some(control) = control {
            // It only fails on a malformed name.
            let _ = control.remove_attribute("aria-busy");
        }
    }
}

/// Loads the page anew.
pub(crate) fn reload() {
    // It only fails where no page is shown.
    let _ = window().location().reload();
}

/// Whether the page is hidden.
pub(crate) fn is_hidden() -> bool {
    leptos::prelude::document().hidden()
}

/// Whether a matching element has the pointer or the focus.
pub(crate) fn is_attended(selector: &str) -> bool {
    let selector = format!("{selector}:is(:hover, :focus-within)");
    let found = leptos::prelude::document().query_selector(&selector);
    found.is_ok_and(|found| found.is_some())
}

/// Sends a beacon, which outlives the page.
pub(crate) fn send_beacon(path: &str, body: &str) {
    // What the browser does not accept is sent later.
    let _ = window()
        .navigator()
        .send_beacon_with_opt_str(path, Some(body));
}

/// Ends the program with an exception, before it has done anything.
pub(crate) fn fail(why: &str) -> ! {
    wasm_bindgen::throw_str(why)
}

/// Returns the text of the element with this id.
pub(crate) fn text_of(id: &str) -> Option<String> {
    let element = leptos::prelude::document().get_element_by_id(id);
    element.and_then(|element| element.text_content())
}

/// Calls `act` when the page returns from the browser's back/forward cache.
pub(crate) fn on_return(act: impl Fn() + 'static) {
    Effect::new({
        let act = std::rc::Rc::new(act);
        move |_| {
            let act = act.clone();
            let shown = window_event_listener_untyped("pageshow", move |event| {
                let persisted = js_sys::Reflect::get(&event, &"persisted".into());
                if persisted.is_ok_and(|persisted| persisted.is_truthy()) {
                    act();
                }
            });
            on_cleanup(move || shown.remove());
        }
    });
}

/// Returns the path of the page.
pub(crate) fn path() -> String {
    window().location().pathname().unwrap_or_default()
}

/// Navigates to a path without reloading.
pub(crate) fn push_path(path: &str) {
    if let Ok(history) = window().history() {
        // It only fails for other origins.
        let _ = history.push_state_with_url(&JsValue::NULL, "", Some(path));
    }
}

/// Loads another page.
pub(crate) fn load(path: &str) {
    // It only fails where loading is forbidden.
    let _ = window().location().assign(path);
}

/// Returns the text in a normalization form such as `NFD`, without case. Lowering, raising and
/// lowering makes `ẞ`, `ß` and `SS` equal.
pub(crate) fn fold(text: &str, form: &str) -> String {
    let text = js_sys::JsString::from(text).normalize(form);
    let text = text.to_lower_case().to_upper_case().to_lower_case();
    text.into()
}

/// Returns the page's origin, such as `https://tandem.example`.
pub(crate) fn origin() -> String {
    window().location().origin().unwrap_or_default()
}

/// Whether the page came over HTTPS.
pub(crate) fn is_https() -> bool {
    origin().starts_with("https:")
}

/// Returns the origin for links to share: the server's public URL, if it has one.
pub(crate) fn public_origin() -> String {
    match body_attribute("data-public-url") {
        url if url.is_empty() => origin(),
        url => url,
    }
}

/// Copies a text to the clipboard. Returns whether the browser allowed it.
pub(crate) async fn copy_text(text: &str) -> bool {
    if navigator("clipboard").is_none() {
        return false;
    }
    JsFuture::from(window().navigator().clipboard().write_text(text))
        .await
        .is_ok()
}

/// Whether the browser can pass a link on to other apps.
pub(crate) fn can_send_links() -> bool {
    navigator("share").is_some()
}

/// Lets the person choose an app to pass a link on to.
pub(crate) fn send_link(title: &str, link: &str) {
    let data = web_sys::ShareData::new();
    data.set_title(title);
    data.set_url(link);
    let sent = window().navigator().share_with_data(&data);
    // It fails when the person chooses none.
    spawn_local(async { _ = JsFuture::from(sent).await });
}

/// Returns the text stored under a key on this device.
pub(crate) fn stored(key: &str) -> Option<String> {
    storage()?.get_item(key).ok().flatten()
}

/// Stores a text under a key, or removes it. Does nothing if the browser does not allow it.
pub(crate) fn store(key: &str, text: Option<&str>) {
    if let Some(storage) = storage() {
        let _ = match text {
            Some(text) => storage.set_item(key, text),
            None => storage.remove_item(key),
        };
    }
}

/// Returns the page's cookies, as `name=value` pairs separated by `;`.
pub(crate) fn cookies() -> String {
    page_with_cookies().cookie().unwrap_or_default()
}

/// Sets a cookie, written as in a `Set-Cookie` header. Does nothing if the browser does not allow
/// it.
pub(crate) fn set_cookie(cookie: &str) {
    let _ = page_with_cookies().set_cookie(cookie);
}

fn page_with_cookies() -> HtmlDocument {
    leptos::prelude::document().unchecked_into()
}

/// Returns the current date in the person's time zone.
pub(crate) fn today() -> Option<Date> {
    let now = js_sys::Date::new_0();
    let (year, month) = (now.get_full_year(), now.get_month() + 1);
    let year = u16::try_from(year).ok()?;
    Date::new(
        year,
        month.try_into().ok()?,
        now.get_date().try_into().ok()?,
    )
}

/// Hides a popover, such as a menu.
pub(crate) fn hide_popover(id: &str) {
    if let Some(element) = leptos::prelude::document().get_element_by_id(id) {
        // It only fails if it is hidden already.
        let _ = element
            .unchecked_into::<web_sys::HtmlElement>()
            .hide_popover();
    }
}

/// Whether the page comes from the service worker's store and may be old.
pub(crate) fn is_kept_page() -> bool {
    let page = leptos::prelude::document().document_element();
    page.is_some_and(|page| page.has_attribute("data-kept"))
}

/// Tells the service worker, once there is one, what to do with a list's page. Its `message`
/// handler lists the verbs.
pub(crate) fn tell_worker(verb: &'static str, token: &str) {
    let message = JsValue::from_str(&format!("{verb} /{token}"));
    spawn_local(async move {
        if let Some(container) = worker_container()
            && let Ok(ready) = container.ready()
            && let Ok(registration) = JsFuture::from(ready).await
            && let Some(worker) = registration
                .unchecked_into::<ServiceWorkerRegistration>()
                .active()
        {
            // A message that is lost is repeated with the next change.
            let _ = worker.post_message(&message);
        }
    });
}

/// Calls a server function that speaks [`JsonText`](crate::codec::JsonText). However long the answer
/// takes, it is only given up after 10 s of silence, or later by what an upload at 16 KB/s takes.
pub(crate) async fn call<F>(arguments: &F) -> Result<F::Output, Error>
where
    F: ServerFn + Serialize,
    F::Output: DeserializeOwned,
{
    let body = serde_json::to_string(arguments).map_err(|_| Error::Internal)?;
    let answer = exchange(F::PATH, &body).await?;
    serde_json::from_str(&answer).map_err(|_| match serde_json::from_str::<IgnoredAny>(&answer) {
        Ok(_) => Error::Outdated,
        Err(_) => Error::Unavailable,
    })
}

/// Posts a body, and returns that of a successful answer.
async fn exchange(path: &str, body: &str) -> Result<String, Error> {
    let answer = post(path, body, MAX_SILENCE_MS).await;
    let answer = js_sys::Array::from(&answer.map_err(|_| Error::Unavailable)?);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a status has three digits"
    )]
    let status = answer.get(0).as_f64().unwrap_or_default() as u16;
    let text = answer.get(1).as_string().unwrap_or_default();
    if status == 200 {
        return Ok(text);
    }
    // An error of the server can be parsed or is of a later version. Anything else comes from a
    // proxy or the network.
    Err(serde_json::from_str(&text).unwrap_or(match status {
        _ if answer.get(2).is_truthy() => Error::Outdated,
        // A proxy without its server answers 404; the others mean: try later.
        404 | 408 | 425 | 429 | 500.. => Error::Unavailable,
        _ => Error::Blocked(status),
    }))
}

/// Sets the document's title.
pub(crate) fn name_document(name: impl Fn() -> String + 'static) {
    Effect::new(move |_| document().set_title(&name()));
}

/// Only the server answers with a status.
pub(crate) fn respond_not_found() {}

/// Only the server answers with a status.
pub(crate) fn respond_unavailable() {}

fn worker_container() -> Option<ServiceWorkerContainer> {
    navigator("serviceWorker").map(JsValue::unchecked_into)
}

/// Returns a property of the navigator that is missing outside secure contexts, contrary to its
/// type in `web_sys`.
fn navigator(property: &str) -> Option<JsValue> {
    let value = js_sys::Reflect::get(&window().navigator(), &property.into()).ok()?;
    (!value.is_undefined()).then_some(value)
}

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

fn window() -> web_sys::Window {
    leptos::prelude::window()
}
