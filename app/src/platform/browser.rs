//! The browser, over web_sys.

use sync::Millis;
use uuid::{Builder, Uuid};
use wasm_bindgen_futures::JsFuture;

use crate::recent::Recent;

const RECENT_LISTS: &str = "tandem.lists";

/// Milliseconds since 1970.
pub(crate) fn now() -> Millis {
    #[expect(clippy::cast_possible_truncation, reason = "milliseconds fit for ages")]
    {
        js_sys::Date::now() as Millis
    }
}

/// A new UUIDv7.
pub(crate) fn new_id() -> Uuid {
    let mut random = [0; 10];
    if let Ok(crypto) = window().crypto() {
        // It only fails above 64 KiB.
        let _ = crypto.get_random_values_with_u8_array(&mut random);
    }
    Builder::from_unix_timestamp_millis(now().unsigned_abs(), &random).into_uuid()
}

/// Sets an attribute of the page's body.
pub(crate) fn set_body_attribute(name: &str, value: &str) {
    if let Some(body) = leptos::prelude::document().body() {
        // It only fails on a malformed name.
        let _ = body.set_attribute(name, value);
    }
}

/// Whether nobody looks at the page.
pub(crate) fn is_hidden() -> bool {
    leptos::prelude::document().hidden()
}

/// Such as `https://tandem.example`.
pub(crate) fn origin() -> String {
    window().location().origin().unwrap_or_default()
}

/// Copies a text, answers whether the browser let us.
pub(crate) async fn copy_text(text: &str) -> bool {
    // Absent outside secure contexts, whatever web_sys says.
    let clipboard = js_sys::Reflect::get(&window().navigator(), &"clipboard".into());
    if clipboard.map_or(true, |clipboard| clipboard.is_undefined()) {
        return false;
    }
    JsFuture::from(window().navigator().clipboard().write_text(text))
        .await
        .is_ok()
}

/// The lists that this device has opened, the newest first.
pub(crate) fn recent_lists() -> Vec<Recent> {
    storage()
        .and_then(|storage| storage.get_item(RECENT_LISTS).ok().flatten())
        .and_then(|json| serde_json::from_str(&json).ok())
        .unwrap_or_default()
}

/// Remembers them. Where the browser keeps nothing for us, nothing is kept.
pub(crate) fn store_recent_lists(lists: &[Recent]) {
    if let (Some(storage), Ok(json)) = (storage(), serde_json::to_string(lists)) {
        let _ = storage.set_item(RECENT_LISTS, &json);
    }
}

/// A text for the document's title.
pub(crate) fn document_title(text: &str) -> String {
    text.to_owned()
}

/// Only the server answers with a status.
pub(crate) fn respond_not_found() {}

/// Only the server answers with a status.
pub(crate) fn respond_unavailable() {}

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

fn window() -> web_sys::Window {
    leptos::prelude::window()
}
