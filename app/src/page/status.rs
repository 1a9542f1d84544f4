//! How it stands with the server, in words and colour.

use leptos::prelude::*;

use super::list::describe;
use crate::session::{Session, SyncState};

/// How it stands with the server; for a moment, also how many changes of an absence have arrived.
#[component]
pub(crate) fn Status(
    session: Session,
    state: Memo<SyncState>,
    caught_up: RwSignal<Option<usize>>,
) -> impl IntoView {
    let text = Signal::derive(move || match (state.get(), caught_up.get()) {
        _ if session.gone().get() => "Deleted".to_owned(),
        (SyncState::Live | SyncState::Polling, Some(changes)) => describe_absence(changes),
        (state, _) => describe(state, session.records().pending().get()),
    });
    let name = Signal::derive(move || state.get().name());
    view! {
        <p class="status" data-state=name>
            <span class="dot" aria-hidden="true"></span>
            <span class="words">{text}</span>
        </p>
    }
}

/// What a person reads and hears after an absence in which others have changed something.
pub(super) fn describe_absence(changes: usize) -> String {
    match changes {
        1 => "Caught up: 1 change".to_owned(),
        changes => format!("Caught up: {changes} changes"),
    }
}
