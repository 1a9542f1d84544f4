//! What browser and server share.
use leptos::prelude::*;

/// The page's root component.
#[component]
pub fn App() -> impl IntoView {
    view! { <p>"Tandem"</p> }
}
