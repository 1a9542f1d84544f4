//! The help: which keys do what.

use leptos::prelude::*;

use super::{panels::Panels, view::Shortcuts};
use crate::{client::session::Session, page::parts::Modal, platform::focus, words::words};

/// The help. It is opened by its key or from the menu.
#[component]
pub(crate) fn Help(session: Session, panels: Panels, keys: Shortcuts) -> impl IntoView {
    let words = words();
    let undo = format!("{0}+Z, {0}+{1}+Z", words.control_key, words.shift_key);
    let writes = [
        ("x", words.key_tick),
        ("e", words.edit),
        ("n", words.key_new),
        (words.delete_key, words.delete),
        ("Alt+↓ ↑", words.key_move),
        (&undo, words.key_undo),
    ];
    let reads = [
        ("j k ↓ ↑", words.key_next),
        ("/", words.search),
        ("?", words.key_help),
    ];
    // None of this changes, and plain HTML costs the bundle next to nothing.
    let key = |(key, name)| format!("<div><dt><kbd>{key}</kbd></dt><dd>{name}</dd></div>");
    let mut list = reads.map(key).concat();
    if session.may_write() {
        list += &writes.map(key).concat();
    }
    let head = format!(
        "<h2 id=\"help-title\">{}</h2><button class=\"icon dismiss\" aria-label=\"{}\"></button>",
        words.shortcuts, words.close
    );
    let content = view! {
        <form method="dialog" class="details-head" inner_html=head></form>
        <dl inner_html=list></dl>
        <label class="switch">
            <input
                type="checkbox"
                prop:checked=keys.letters()
                on:change=move |event| keys.set_letters(event_target_checked(&event))
            />
            {words.single_keys}
        </label>
    };
    let on_close = move |event| {
        panels.on_close(&event);
        focus::pass(".more");
    };
    Modal::shown().view("help", "help-title", on_close, content)
}
