//! A field in which a text is edited in place.

use std::rc::Rc;

use leptos::{ev::KeyboardEvent, html, prelude::*, web_sys::HtmlInputElement};

use super::{is_composing, key};

/// How a person leaves the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// By Enter.
    Save,
    /// By Escape.
    Cancel,
    /// By moving the focus elsewhere. Also when the field is removed.
    Leave,
}

/// A field in which a text is edited in place. It gets the focus as soon as it is on the page.
#[component]
pub(crate) fn TextField(
    class: &'static str,
    /// Its accessible name.
    name: String,
    /// Its initial text.
    text: String,
    /// Places the caret. Called when the field has the focus, which it gets again whenever a signal
    /// changes that this reads.
    place_caret: Box<dyn Fn(&HtmlInputElement)>,
    /// Called with each change of the text.
    typed: Rc<dyn Fn(String)>,
    end: Rc<dyn Fn(Ending)>,
) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    Effect::new(move |_| {
        if let Some(input) = input.get() {
            let _ = input.focus();
            place_caret(&input);
        }
    });
    let changed = typed.clone();
    let left = end.clone();
    let on_key = move |event: KeyboardEvent| match key(&event).as_str() {
        _ if is_composing(&event) => {}
        "Enter" => end(Ending::Save),
        "Escape" => end(Ending::Cancel),
        _ => {}
    };
    view! {
        <input
            class=class
            aria-label=name
            autocomplete="off"
            enterkeyhint="done"
            node_ref=input
            value=text
            dir="auto"
            on:input=move |event| typed(event_target_value(&event))
            // Some programs that fill in forms or take dictation send only this event.
            on:change=move |event| changed(event_target_value(&event))
            on:keydown=on_key
            on:blur=move |_| left(Ending::Leave)
        />
    }
}
