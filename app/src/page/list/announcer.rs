//! Announces remote changes and lost connections to people who cannot see them.

use std::time::Duration;

use leptos::prelude::*;
use sync::Delta;

use crate::{
    Item, Record,
    client::session::{Session, SyncState},
    html::escaped,
    platform,
    words::{Template, Words, count, shortened, words},
};

/// Time to gather remote changes before they are announced together.
const ANNOUNCE_DEBOUNCE: Duration = Duration::from_millis(800);
/// How long the number of changes of an absence is shown.
const CAUGHT_UP_DURATION: Duration = Duration::from_secs(6);

/// A live region that sums up others' changes; those of an absence are only counted. It also
/// announces the person's own actions, and when the connection is lost and restored. Counts the
/// changes on a hidden page.
#[component]
pub(crate) fn Announcer(
    session: Session,
    state: Memo<SyncState>,
    unseen: RwSignal<usize>,
    caught_up: RwSignal<Option<usize>>,
) -> impl IntoView {
    let words = words();
    let gathered = StoredValue::new(Vec::<String>::new());
    let of_absence = StoredValue::new(false);
    let told = RwSignal::new(String::new());
    let tell = move |sentence: String| {
        told.set(sentence.clone());
        // So that the same sentence is announced when it comes again.
        let forget = move || {
            if told.try_with_untracked(|told| *told == sentence) == Some(true) {
                told.set(String::new());
            }
        };
        set_timeout(forget, CAUGHT_UP_DURATION);
    };
    let announced = session.notices().announced();
    Effect::new(move |_| {
        if let Some(text) = announced.get() {
            tell(text);
        }
    });
    // The states between offline and up to date are not announced.
    Effect::new(move |was_offline: Option<bool>| {
        match (was_offline, state.get()) {
            (Some(false), SyncState::Offline) => tell(words.state_offline.to_owned()),
            (None | Some(false), state) => return state == SyncState::Offline,
            (Some(true), SyncState::Live | SyncState::Polling) => {
                tell(words.state_live.to_owned());
                return false;
            }
            (Some(true), _) => {}
        }
        true
    });
    session.records().on_remote(move |before, delta| {
        let Some(sentence) = sentence(words, before, delta) else {
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
                        tell(count(words.caught_up, sentences.len()));
                        caught_up.set(Some(sentences.len()));
                        set_timeout(
                            move || {
                                let _ = caught_up.try_set(None);
                            },
                            CAUGHT_UP_DURATION,
                        );
                    } else {
                        tell(sum_up(words, &sentences));
                    }
                },
                ANNOUNCE_DEBOUNCE,
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
    let told = Signal::derive(move || escaped(&told.get()));
    view! { <p class="announcer" aria-live="polite" inner_html=told></p> }
}

/// Returns a sentence about a change, if people see it.
fn sentence(words: &Words, before: Option<&Record>, delta: &Delta<Record>) -> Option<String> {
    let of = |template: Template, text: &str| Some(template.title(&shortened(text)));
    match delta {
        Delta::Inserted(Record::Item(item)) => of(words.was_added, &item.shortdesc),
        Delta::Removed(Record::Item(item)) => of(words.was_deleted, &item.shortdesc),
        Delta::Updated {
            row: Record::Item(item),
            relocated,
            ..
        } => of(
            update(words, before?.as_item()?, item, *relocated)?,
            &item.shortdesc,
        ),
        Delta::Updated {
            row: Record::List(list),
            ..
        } if before?.as_list()?.title != list.title => of(words.list_was_renamed, &list.title),
        _ => None,
    }
}

fn update(words: &Words, before: &Item, now: &Item, relocated: bool) -> Option<Template> {
    if before.shortdesc != now.shortdesc {
        Some(words.was_renamed)
    } else if before.isdone != now.isdone {
        Some(if now.isdone {
            words.was_ticked
        } else {
            words.was_unticked
        })
    } else if before.longdesc != now.longdesc || before.due != now.due {
        Some(words.was_changed)
    } else {
        relocated.then_some(words.was_moved)
    }
}

fn sum_up(words: &Words, sentences: &[String]) -> String {
    match sentences {
        [] => String::new(),
        [one] => one.clone(),
        many => words.changes_by_others.number(many.len()),
    }
}
