//! The footer: how many items are left, the filters, and the button that clears done items.

use leptos::prelude::*;

use super::tally::Tally;
use crate::{
    client::session::Session,
    page::route::{Filter, ViewLink},
    platform::focus,
    words::words,
};

/// The footer below the items.
#[component]
pub(crate) fn Footer(
    session: Session,
    filter: Signal<Filter>,
    tally: Memo<Tally>,
) -> impl IntoView {
    let words = words();
    let [one_left, many_left] = words.item_left;
    // Set as HTML, since a translator may have replaced the nodes within.
    let left = Signal::derive(move || match tally.get().left() {
        1 => format!("<strong>1</strong>{one_left}"),
        left => format!("<strong>{left}</strong>{many_left}"),
    });
    let may_clear = Memo::new(move |_| session.may_write() && tally.get().done > 0);
    view! {
        <footer class="footer">
            <span class="todo-count" data-testid="todo-count" translate="no" inner_html=left></span>
            <ul class="filters">
                <FilterLink session filter to=Filter::All path="" name=words.filter_all/>
                <FilterLink session filter to=Filter::Active path="/active" name=words.filter_active/>
                <FilterLink session filter to=Filter::Completed path="/completed" name=words.filter_completed/>
            </ul>
            {move || {
                may_clear
                    .get()
                    .then(|| {
                        view! {
                            <button
                                type="button"
                                class="clear-completed"
                                on:click=move |_| {
                                    session.clear_completed();
                                    focus::pass(".filters .selected");
                                }
                            >
                                {words.clear_completed}
                            </button>
                        }
                    })
            }}
        </footer>
    }
}

#[component]
fn FilterLink(
    session: Session,
    filter: Signal<Filter>,
    to: Filter,
    path: &'static str,
    name: &'static str,
) -> impl IntoView {
    let class = Signal::derive(move || if filter.get() == to { "selected" } else { "" });
    view! {
        <li>
            <ViewLink href=format!("/{}{path}", session.token()) class name/>
        </li>
    }
}
