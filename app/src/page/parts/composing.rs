//! Keys of input methods.

use leptos::ev::KeyboardEvent;

/// Whether the key belongs to an input method: what it ends or gives up is a word, and no text.
pub(crate) fn is_composing(event: &KeyboardEvent) -> bool {
    // Safari says of the key that ends a word only that it was one of those.
    event.is_composing() || event.key_code() == 229
}
