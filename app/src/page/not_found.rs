//! The page for links that lead nowhere.

use leptos::prelude::*;
use leptos_meta::Title;

use super::logo::Logo;
use crate::platform;

/// Says that there is no such list. The response says so too.
#[component]
pub(crate) fn NotFound() -> impl IntoView {
    platform::respond_not_found();
    view! {
        <Title text="No such list · Tandem"/>
        <main class="sheet message">
            <Logo/>
            <h1>"There is no such list"</h1>
            <p>"The link may be incomplete, or somebody has deleted the list. Nothing was created."</p>
            <p><a class="button" href="/">"To the start"</a></p>
        </main>
    }
}

/// Says that the list cannot be had just now.
#[component]
pub(crate) fn Unavailable() -> impl IntoView {
    platform::respond_unavailable();
    view! {
        <Title text="Just a moment · Tandem"/>
        <main class="sheet message">
            <Logo/>
            <h1>"The list cannot be opened just now"</h1>
            <p>"Nothing is lost. Please try again in a moment."</p>
            <p><a class="button" href="" rel="external">"Try again"</a></p>
        </main>
    }
}
