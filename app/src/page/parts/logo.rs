//! The logo: two wheels. The style sheet draws it, like all icons.

use leptos::prelude::*;

/// The logo.
#[component]
pub(crate) fn Logo() -> impl IntoView {
    view! { <span class="logo" aria-hidden="true"></span> }
}
