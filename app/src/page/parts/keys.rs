//! What key events say of their keys.

use leptos::ev::KeyboardEvent;

use crate::platform;

/// Returns the key's name or the text that it types. Empty if the event does not say.
pub(crate) fn key(event: &KeyboardEvent) -> String {
    platform::key_of(event, "key")
}

/// Returns which key it is on any layout. Empty if the event does not say.
pub(crate) fn code(event: &KeyboardEvent) -> String {
    platform::key_of(event, "code")
}

/// Whether the key belongs to an IME composition; Enter and Escape then act on the word, not on the
/// edit.
pub(crate) fn is_composing(event: &KeyboardEvent) -> bool {
    // Safari reports the key that ends a composition only by this code.
    event.is_composing() || event.key_code() == 229
}
