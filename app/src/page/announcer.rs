//! Tells of others' changes whoever does not see them happen: screen readers, and people who look
//! at another tab.

use std::time::Duration;

use leptos::prelude::*;
use sync::Delta;

use super::{items::shortened, status::describe_absence};
use crate::{Item, Record, platform, session::Session};

/// Changes within this time are told together.
const GATHER: Duration = Duration::from_millis(800);
/// For so long one can read how many changes an absence has brought.
const CAUGHT_UP: Duration = Duration::from_secs(6);

/// Sums up others' changes in a live region, and counts those that nobody has looked at. Those of an
/// absence are only counted.
#[component]
pub(crate) fn Announcer(
    session: Session,
    unseen: RwSignal<usize>,
    caught_up: RwSignal<Option<usize>>,
) -> impl IntoView {
    let gathered = StoredValue::new(Vec::<String>::new());
    let of_absence = StoredValue::new(false);
    let words = RwSignal::new(String::new());
    session.records().on_remote(move |before, delta| {
        let Some(sentence) = sentence(before, delta) else {
            return;
        };
        if platform::is_hidden() {
            unseen.update(|unseen| *unseen += 1);
        }
        if session.is_away() {
            of_absence.set_value(true);
        }
        let first = gathered
            .try_update_value(|gathered| {
                gathered.push(sentence);
                gathered.len() == 1
            })
            .unwrap_or_default();
        if first {
            set_timeout(
                move || {
                    let Some(sentences) = gathered.try_update_value(std::mem::take) else {
                        return;
                    };
                    if of_absence.try_update_value(std::mem::take) == Some(true) {
                        words.set(describe_absence(sentences.len()));
                        caught_up.set(Some(sentences.len()));
                        set_timeout(
                            move || {
                                let _ = caught_up.try_set(None);
                            },
                            CAUGHT_UP,
                        );
                    } else {
                        words.set(sum_up(&sentences));
                    }
                },
                GATHER,
            );
        }
    });
    Effect::new(move |_| {
        let seen = window_event_listener_untyped("visibilitychange", move |_| {
            if !platform::is_hidden() {
                unseen.set(0);
            }
        });
        on_cleanup(move || seen.remove());
    });
    let words: Signal<String> = words.into();
    view! { <p class="announcer" aria-live="polite">{words}</p> }
}

/// A change in words, if it is one that people see.
fn sentence(before: Option<&Record>, delta: &Delta<Record>) -> Option<String> {
    match delta {
        Delta::Inserted(Record::Item(item)) => {
            Some(format!("“{}” was added.", shortened(&item.shortdesc)))
        }
        Delta::Removed(Record::Item(item)) => {
            Some(format!("“{}” was deleted.", shortened(&item.shortdesc)))
        }
        Delta::Updated {
            row: Record::Item(item),
            ..
        } => update(before?.as_item()?, item),
        Delta::Updated {
            row: Record::List(list),
            ..
        } => (before?.as_list()?.title != list.title)
            .then(|| format!("The list is now called “{}”.", shortened(&list.title))),
        _ => None,
    }
}

fn update(before: &Item, now: &Item) -> Option<String> {
    let title = shortened(&now.shortdesc);
    if before.shortdesc != now.shortdesc {
        Some(format!(
            "“{}” is now “{title}”.",
            shortened(&before.shortdesc)
        ))
    } else if before.isdone != now.isdone {
        Some(format!(
            "“{title}” was {}.",
            if now.isdone { "ticked" } else { "unticked" }
        ))
    } else {
        None
    }
}

fn sum_up(sentences: &[String]) -> String {
    match sentences {
        [] => String::new(),
        [one] => one.clone(),
        many => format!("{} changes by others.", many.len()),
    }
}
