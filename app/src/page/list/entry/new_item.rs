//! The field for new items. It is a plain form, so it works before and without WASM.

use leptos::{
    ev::{ClipboardEvent, Event, InputEvent, SubmitEvent},
    html,
    prelude::*,
};
use sync::Refusal;

use super::duplicate::DuplicateHint;
use crate::{
    client::session::Session,
    outline,
    page::{
        list::panels::{Panel, Panels},
        parts::FieldError,
    },
    platform::{focus, rows},
    words::words,
};

/// The field for new items. Its text outlives it: the trash is shown without the field.
#[allow(clippy::too_many_lines, reason = "one field, with all that it hears")]
#[component]
pub(crate) fn NewItem(session: Session, panels: Panels, text: RwSignal<String>) -> impl IntoView {
    let words = words();
    let input = NodeRef::<html::Input>::new();
    let problem = RwSignal::new(None::<Refusal>);
    let is_typed = RwSignal::new(!text.read_untracked().is_empty());
    let clear = move || {
        if let Some(input) = input.get_untracked() {
            input.set_value("");
            // The button may have the focus, but the next item is typed here.
            let _ = input.focus();
        }
        text.set(String::new());
        is_typed.set(false);
    };
    let add = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(typed) = input.get().map(|input| input.value()) else {
            return;
        };
        let added = match outline::read_line(&typed) {
            Some(item) => session.add_all(vec![item]),
            None => session.add(&typed),
        };
        match added {
            Ok(()) => {
                clear();
                problem.set(None);
            }
            Err(refusal) => {
                let is_blank = matches!(refusal, Refusal::Blank { .. });
                problem.set((!is_blank).then_some(refusal));
                if let Some(input) = input.get() {
                    let _ = input.focus();
                }
            }
        }
    };
    // Opens the preview of a text of several lines. Returns whether it does, so that the text does not go
    // into the field.
    let ask = move |text: String| {
        let has_lines = outline::has_lines(&text);
        if has_lines {
            panels.open(Panel::Paste(text));
        }
        has_lines
    };
    on_cleanup(move || panels.close_paste());
    let on_paste = move |event: ClipboardEvent| {
        if rows::pasted_text(&event).is_some_and(ask) {
            event.prevent_default();
        }
    };
    // Text from a phone keyboard's clipboard, or dropped text, causes no paste event.
    let on_before_input = move |event: InputEvent| {
        if event.cancelable() && rows::inserted_text(&event).is_some_and(ask) {
            event.prevent_default();
        }
    };
    let on_input = move |event: Event| {
        let typed = event_target_value(&event);
        is_typed.update(|is_typed| *is_typed |= !typed.is_empty());
        text.set(typed);
    };
    Effect::new(move |_| {
        if let Some(input) = input.get() {
            if is_typed.get_untracked() {
                input.set_value(&text.read_untracked());
            }
            if focus::is_free() {
                let _ = input.focus();
            }
        }
    });
    view! {
        <form class="new" action="/rpc/create_item" method="post" on:submit=add>
            <input type="hidden" name="token" value=session.token()/>
            <input
                class="new-todo"
                name="shortdesc"
                placeholder=words.new_todo
                aria-label=words.new_todo
                autocomplete="off"
                autocapitalize="sentences"
                enterkeyhint="done"
                autofocus
                node_ref=input
                data-typed=move || is_typed.get().then_some("")
                dir="auto"
                on:beforeinput=on_before_input
                on:input=move |event| {
                    if rows::inserted_text(&event).is_some_and(ask) {
                        // This input could not be prevented. It may be told when the field goes,
                        // too.
                        if let Some(Some(input)) = input.try_get_untracked() {
                            input.set_value(&text.get_untracked());
                        }
                        return;
                    }
                    on_input(event);
                }
                // Some programs that fill in forms or take dictation send only this event.
                on:change=on_input
                on:paste=on_paste
            />
            <button type="submit" class="icon add" aria-label=words.add></button>
        </form>
        <DuplicateHint session text clear/>
        <FieldError problem/>
    }
}
