//! Which keys do what.

use leptos::prelude::*;

use super::view::Keys;
use crate::{client::session::Session, platform::focus, words::words};

/// The help. It is opened by its key, or from the menu.
#[component]
pub(crate) fn Help(session: Session, keys: Keys) -> impl IntoView {
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
    // Nothing of this changes: plain HTML costs the bundle next to nothing.
    let key = |(key, name)| format!("<div><dt><kbd>{key}</kbd></dt><dd>{name}</dd></div>");
    let mut list = reads.map(key).concat();
    if session.may_write() {
        list += &writes.map(key).concat();
    }
    view! {
        <dialog
            class="help"
            aria-labelledby="help-title"
            on:close=move |_| focus::pass(".more")
        >
            <form method="dialog" class="details-head">
                <h2 id="help-title">{words.shortcuts}</h2>
                <button class="icon dismiss" aria-label=words.close></button>
            </form>
            <dl inner_html=list></dl>
            <label class="switch">
                <input
                    type="checkbox"
                    prop:checked=keys.letters()
                    on:change=move |event| keys.set_letters(event_target_checked(&event))
                />
                {words.single_keys}
            </label>
        </dialog>
    }
}
