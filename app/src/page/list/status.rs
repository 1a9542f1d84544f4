//! How it stands with the server, in words and colour.

use leptos::prelude::*;

use crate::{
    client::session::{Session, SyncState},
    words::{Words, count, words},
};

/// How it stands with the server; for a moment, also how many changes of an absence have arrived.
#[component]
pub(crate) fn Status(
    session: Session,
    state: Memo<SyncState>,
    caught_up: RwSignal<Option<usize>>,
) -> impl IntoView {
    let words = words();
    let text = Signal::derive(move || match (state.get(), caught_up.get()) {
        // Our own words and numbers: there is nothing to escape.
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

/// What a person reads of the state.
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
