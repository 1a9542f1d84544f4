//! Which keys do what.

use leptos::prelude::*;

use crate::words::words;

/// The help. It is opened by its key, or from the menu.
#[component]
pub(super) fn Help() -> impl IntoView {
    let words = words();
    let keys = [
        ("j k ↓ ↑", words.key_next),
        ("x", words.key_tick),
        ("e", words.edit),
        ("n", words.key_new),
        ("Delete", words.delete),
        ("Alt+↓ ↑", words.key_move),
        ("/", words.search),
        ("Ctrl+Z  Ctrl+Shift+Z", words.key_undo),
        ("?", words.key_help),
    ];
    // Nothing of this changes: plain HTML costs the bundle next to nothing.
    let key = |(key, name)| format!("<div><dt><kbd>{key}</kbd></dt><dd>{name}</dd></div>");
    let keys: String = keys.map(key).concat();
    view! {
        <dialog class="help" aria-labelledby="help-title">
            <form method="dialog" class="details-head">
                <h2 id="help-title">{words.shortcuts}</h2>
                <button class="icon dismiss" aria-label=words.close></button>
            </form>
            <dl inner_html=keys></dl>
        </dialog>
    }
}
