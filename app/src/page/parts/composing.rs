//! Keys of an IME.

use leptos::ev::KeyboardEvent;

/// Whether the key belongs to an IME composition; Enter and Escape then act on the word, not on the
/// edit.
pub(crate) fn is_composing(event: &KeyboardEvent) -> bool {
    // Safari reports the key that ends a composition only by this code.
    event.is_composing() || event.key_code() == 229
}
