//! How it stands with the server, in words and colour.

use leptos::prelude::*;

use super::list::describe;
use crate::session::{Session, SyncState};

/// How it stands with the server.
#[component]
pub(crate) fn Status(session: Session, state: Memo<SyncState>) -> impl IntoView {
    let text = Signal::derive(move || {
        if session.gone().get() {
            "Deleted".to_owned()
        } else {
            describe(state.get(), session.records().pending().get())
        }
    });
    let name = Signal::derive(move || state.get().name());
    view! {
        <p class="status" data-state=name>
            <span class="dot" aria-hidden="true"></span>
            <span class="words">{text}</span>
        </p>
    }
}
