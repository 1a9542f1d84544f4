//! The sync state, in words and color.

use leptos::prelude::*;

use crate::{
    client::session::{Session, SyncState},
    words::{Words, count, words},
};

/// The sync state; after an absence, also how many changes it brought, for a moment.
#[component]
pub(crate) fn Status(
    session: Session,
    state: Memo<SyncState>,
    caught_up: RwSignal<Option<usize>>,
) -> impl IntoView {
    let words = words();
    let text = Signal::derive(move || match (state.get(), caught_up.get()) {
        // Only words of the interface and numbers, so nothing needs escaping.
        _ if session.gone().get() && session.is_replaced() => words.state_replaced.to_owned(),
        _ if session.gone().get() => words.state_deleted.to_owned(),
        (SyncState::Live | SyncState::Polling, Some(changes)) => count(words.caught_up, changes),
        (state, _) => describe(words, state, session.records().pending().get()),
    });
    let name = Signal::derive(move || state.get().name());
    view! {
        <p class="status" data-state=name>
            <span class="dot" aria-hidden="true"></span>
            <span class="words" inner_html=text></span>
        </p>
    }
}

/// Returns the words for a state.
fn describe(words: &Words, state: SyncState, unsent: usize) -> String {
    match (state, unsent) {
        (SyncState::Live, _) => words.state_live,
        (SyncState::Polling, _) => words.state_polling,
        (SyncState::CatchingUp, _) => words.state_catching_up,
        (SyncState::Pending, _) => words.state_pending,
        (SyncState::Blocked, _) => words.state_blocked,
        (SyncState::Offline, 0) => words.state_offline,
        (SyncState::Offline, unsent) => return count(words.state_unsent, unsent),
    }
    .to_owned()
}
