//! Search within the list: hides what does not match, and marks what does.

use leptos::{
    ev::{Event, KeyboardEvent},
    prelude::*,
};
use uuid::Uuid;

use super::ListView;
use crate::{
    page::parts::{Later, is_composing, key},
    platform::focus,
    words::{count, words},
};

/// The search field and the number of matches, while the search is open.
#[component]
pub(crate) fn Search(view: ListView, found: Memo<usize>) -> impl IntoView {
    let words = words();
    let is_open = Memo::new(move |_| view.query.with(Option::is_some));
    let close = move || view.query.set(None);
    let on_key = move |event: KeyboardEvent| {
        if key(&event) == "Escape" && !is_composing(&event) {
            close();
            focus::pass(focus::A_ROW);
        }
    };
    let on_input = move |event: Event| {
        let typed = event_target_value(&event);
        view.query.update(|query| {
            // A field that is removed while its text has changed tells the change again.
            if let Some(query) = query {
                *query = typed;
            }
        });
    };
    let told = Signal::derive(move || {
        if view.searched().is_blank() {
            String::new()
        } else {
            count(words.found, found.get())
        }
    });
    move || {
        Later(is_open.get().then(|| {
            view! {
                <search class="search">
                    <input
                        type="search"
                        aria-label=words.search_placeholder
                        placeholder=words.search_placeholder
                        autocomplete="off"
                        enterkeyhint="search"
                        value=view.query.get_untracked()
                        dir="auto"
                        on:input=on_input
                        on:change=on_input
                        on:keydown=on_key
                    />
                    <span class="found" role="status" inner_html=told></span>
                    <button
                        type="button"
                        class="icon dismiss"
                        aria-label=words.close
                        on:click=move |event| {
                            close();
                            focus::pass_from(&event, focus::A_ROW);
                        }
                    ></button>
                </search>
            }
        }))
    }
}

/// Returns the number of items among the rows found, without headings.
pub(crate) fn found(view: ListView, rows: Memo<Vec<Uuid>>) -> Memo<usize> {
    Memo::new(move |_| view.count_items(&rows.get()))
}
