//! Why what was typed cannot be taken, beside where it was typed.

use leptos::prelude::*;
use sync::Refusal;

/// Why what was typed cannot be taken.
#[component]
pub(crate) fn Problem(problem: RwSignal<Option<Refusal>>) -> impl IntoView {
    let text = Signal::derive(move || problem.get().map(|problem| problem.to_string()));
    view! { <p class="error" role="alert">{text}</p> }
}
