//! Why what was typed cannot be taken, beside where it was typed.

use leptos::prelude::*;
use sync::Refusal;

use crate::words::words;

/// Why what was typed cannot be taken.
#[component]
pub(crate) fn Problem(problem: RwSignal<Option<Refusal>>) -> impl IntoView {
    let words = words();
    let text = Signal::derive(move || problem.get().map(|problem| words.refusal(&problem)));
    view! { <p class="error" role="alert">{text}</p> }
}
