//! Below the items: how many are left, the filters, and clearing what is done.

use leptos::prelude::*;
use leptos_router::components::A;

use super::list::{Filter, tally};
use crate::session::Session;

/// Below the items.
#[component]
pub(crate) fn Footer(session: Session, filter: Signal<Filter>) -> impl IntoView {
    let tally = tally(session);
    let any_done = Memo::new(move |_| tally.get().done > 0);
    view! {
        <footer class="footer">
            <span class="todo-count" data-testid="todo-count">
                <strong>{move || tally.get().left()}</strong>
                {move || if tally.get().left() == 1 { " item left" } else { " items left" }}
            </span>
            <ul class="filters">
                <FilterLink session filter to=Filter::All path="" name="All"/>
                <FilterLink session filter to=Filter::Active path="/active" name="Active"/>
                <FilterLink session filter to=Filter::Completed path="/completed" name="Completed"/>
            </ul>
            <Show when=move || session.may_write() && any_done.get()>
                <button type="button" class="clear-completed" on:click=move |_| session.clear_completed()>
                    "Clear completed"
                </button>
            </Show>
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
    let class = move || if filter.get() == to { "selected" } else { "" };
    view! {
        <li>
            <A href=format!("/{}{path}", session.token()) attr:class=class scroll=false>
                {name}
            </A>
        </li>
    }
}
