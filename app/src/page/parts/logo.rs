//! The mark: two wheels in step. It is drawn by the style sheet, as all icons are.

use leptos::prelude::*;

/// The mark.
#[component]
pub(crate) fn Logo() -> impl IntoView {
    view! { <span class="logo" aria-hidden="true"></span> }
}
