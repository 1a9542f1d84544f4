//! The items. Each row reads its own signal, so a change updates that row alone.

use leptos::prelude::*;

use super::{
    panels::Panels,
    row::{Edit, Row},
    row_keys::{RowKey, row_keys},
    tally::Tally,
    view::{Drag, ListView, Search, VisibleRows, found},
};
use crate::{
    client::session::Session,
    platform::{focus, rows},
    words::words,
};

/// The list's items, and the checkbox that ticks them all.
#[component]
pub(crate) fn Items(
    session: Session,
    view: ListView,
    visible: VisibleRows,
    edit: Edit,
    panels: Panels,
    tally: Memo<Tally>,
) -> impl IntoView {
    let records = session.records();
    let ids = visible.rows();
    let edited_id = edit.id();
    // Notifies only the rows whose editing starts or ends.
    let edited = Selector::new(move || edited_id.get());
    let keys = Memo::new(move |before: Option<&Vec<RowKey>>| {
        let before = before.map_or(&[][..], Vec::as_slice);
        ids.with(|ids| row_keys(before, ids))
    });
    let all_done = Signal::derive(move || tally.with(|tally| tally.all > 0 && tally.left() == 0));
    let drag = Drag::new(visible);
    view! {
        <Search view found=found(view, ids)/>
        <section class="main">
            {session
                .may_write()
                .then(|| {
                    view! {
                        <input
                            id="toggle-all"
                            class="toggle-all"
                            type="checkbox"
                            prop:checked=all_done
                            checked=all_done.get_untracked()
                            on:change=move |event| {
                                session.set_all_done(event_target_checked(&event));
                                rows::set_checked(&event, all_done.get_untracked());
                            }
                        />
                        <label for="toggle-all">{words().toggle_all}</label>
                    }
                })}
            <ul
                class="todo-list"
                on:pointerdown=move |event| drag.begin(&event)
                on:pointermove=move |event| drag.over(&event)
                on:pointerup=move |_| drag.end()
                on:lostpointercapture=move |_| drag.give_up()
            >
                <For each=move || {
                    focus::keep();
                    keys.get()
                } key=|row| *row let:row>
                    {
                        let id = row.id;
                        records
                            .row(id)
                            .map(|row| view! { <Row session id row edit edited=edited.clone() view panels/> })
                    }
                </For>
            </ul>
        </section>
    }
}
