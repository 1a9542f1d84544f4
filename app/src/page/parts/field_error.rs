//! Why a text was refused, next to its field.

use leptos::prelude::*;
use sync::Refusal;

use crate::{html::escaped, words::words};

/// Why a text was refused.
#[component]
pub(crate) fn FieldError(problem: RwSignal<Option<Refusal>>) -> impl IntoView {
    let words = words();
    let text = Signal::derive(move || {
        let problem = problem.get();
        problem
            .map(|problem| escaped(&words.refusal(&problem)))
            .unwrap_or_default()
    });
    view! { <p class="error" role="alert" inner_html=text></p> }
}
