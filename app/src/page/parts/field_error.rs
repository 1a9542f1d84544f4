//! Why what was typed cannot be taken, beside where it was typed.

use leptos::prelude::*;
use sync::Refusal;

use crate::{html::escaped, words::words};

/// Why what was typed cannot be taken.
#[component]
pub(crate) fn Problem(problem: RwSignal<Option<Refusal>>) -> impl IntoView {
    let words = words();
    let text = Signal::derive(move || {
        let problem = problem.get();
        problem
            .map(|problem| escaped(&words.refusal(&problem)))
            .unwrap_or_default()
    });
    view! { <p class="error" role="alert" inner_html=text></p> }
}
