//! Due dates: the same day in every time zone.

use std::time::Duration;

use leptos::prelude::*;

use crate::{Date, platform, words::words};

/// How often to re-read the date, so that a page left open turns over at midnight.
const DATE_REFRESH_INTERVAL: Duration = Duration::from_mins(1);

/// The current date of the person. `None` on the server.
#[derive(Clone, Copy)]
struct Today(RwSignal<Option<Date>>);

/// Provides the current date to all marks on the page, and updates it.
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
        let again = set_interval_with_handle(look, DATE_REFRESH_INTERVAL);
        on_cleanup(move || {
            seen.remove();
            if let Ok(again) = again {
                again.clear();
            }
        });
    });
}

/// The due date in an item's row. Not part of the row's text: the style sheet draws it, and the
/// accessible name tells it.
#[component]
pub(crate) fn DueMark(due: Signal<Option<Date>>, isdone: Signal<bool>) -> impl IntoView {
    let words = words();
    let today = use_context::<Today>();
    // A memo, so that other changes of the row do not touch the mark.
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
