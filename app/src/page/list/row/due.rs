//! When an item is due. A date is a date: it means the same day wherever somebody is.

use std::time::Duration;

use leptos::prelude::*;

use crate::{Date, platform, words::words};

/// So often the page looks what day it is: midnight passes on pages that stay open, too.
const LOOK: Duration = Duration::from_mins(1);

/// The day that the person has now. The server knows none.
#[derive(Clone, Copy)]
struct Today(RwSignal<Option<Date>>);

/// Provides the day to all marks on the page, and keeps it right over midnight.
pub(crate) fn provide_today() {
    let today = RwSignal::new(None);
    provide_context(Today(today));
    Effect::new(move |_| {
        let look = move || {
            let now = platform::today();
            if today.get_untracked() != now {
                today.set(now);
            }
        };
        look();
        let seen = window_event_listener_untyped("visibilitychange", move |_| look());
        let again = set_interval_with_handle(look, LOOK);
        on_cleanup(move || {
            seen.remove();
            if let Ok(again) = again {
                again.clear();
            }
        });
    });
}

/// The date of an item, in its row. Its words are no part of the row's text: they are drawn by the
/// style sheet, and told by the accessible name.
#[component]
pub(crate) fn DueMark(due: Signal<Option<Date>>, isdone: Signal<bool>) -> impl IntoView {
    let words = words();
    let today = use_context::<Today>();
    // Most items have none: a memo, so that other changes of the row leave the mark alone.
    let due = Memo::new(move |_| due.get());
    move || {
        due.get().map(|due| {
            let is_overdue = Signal::derive(move || {
                let today = today.and_then(|today| today.0.get());
                !isdone.get() && today.is_some_and(|today| due < today)
            });
            let day = words.date(due);
            let told = {
                let day = day.clone();
                move || {
                    if is_overdue.get() {
                        words.overdue.text(&day)
                    } else {
                        words.due_on.text(&day)
                    }
                }
            };
            view! {
                <time
                    class="due"
                    class:overdue=is_overdue
                    role="img"
                    datetime=due.to_string()
                    data-day=day
                    aria-label=told
                ></time>
            }
        })
    }
}
