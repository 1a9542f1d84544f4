//! The field for new items. It is a plain form, so it works before and without WASM.

use leptos::{ev::SubmitEvent, html, prelude::*};
use sync::Refusal;

use super::problem::Problem;
use crate::{session::Session, words::words};

/// The field for new items.
#[component]
pub(crate) fn NewItem(session: Session) -> impl IntoView {
    let words = words();
    let input = NodeRef::<html::Input>::new();
    let problem = RwSignal::new(None::<Refusal>);
    let add = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(input) = input.get() else { return };
        match session.add(&input.value()) {
            Ok(()) => {
                input.set_value("");
                problem.set(None);
            }
            Err(Refusal::Blank { .. }) => problem.set(None),
            Err(refusal) => problem.set(Some(refusal)),
        }
        // The button may have taken the focus; the next entry is typed here.
        let _ = input.focus();
    };
    Effect::new(move |_| {
        if let Some(input) = input.get() {
            let _ = input.focus();
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
            />
            <button type="submit" class="icon add" aria-label=words.add></button>
        </form>
        <Problem problem/>
    }
}
