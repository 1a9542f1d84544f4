//! How it stands with the server, in words and colour.

use leptos::prelude::*;

use super::list::describe;
use crate::session::{Session, SyncState};

/// How it stands with the server.
#[component]
pub(crate) fn Status(session: Session, state: Memo<SyncState>) -> impl IntoView {
    let text = move || describe(state.get(), session.records().pending().get());
    view! {
        <p class="status" data-state=move || state.get().name()>
            <span class="dot" aria-hidden="true"></span>
            <span class="words">{text}</span>
        </p>
    }
}
