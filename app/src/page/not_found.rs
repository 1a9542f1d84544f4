//! The page for links that lead nowhere.

use leptos::{prelude::*, task::spawn_local};
use leptos_meta::Title;

use super::logo::Logo;
use crate::{keep, platform};

/// Says that there is no such list. The response says so too.
#[component]
pub(crate) fn NotFound(
    /// The list that is looked for, if that was one.
    #[prop(optional)]
    unsent_of: String,
) -> impl IntoView {
    platform::respond_not_found();
    view! {
        <Title text="No such list · Tandem"/>
        <main class="sheet message">
            <Logo/>
            <h1>"There is no such list"</h1>
            <p>"The link may be incomplete, or somebody has deleted the list. Nothing was created."</p>
            <Unsent token=unsent_of/>
            <p><a class="button" href="/">"To the start"</a></p>
        </main>
    }
}

/// What was typed here for a list that is gone and could not be sent before. The browser alone
/// knows it, so it appears once that is there.
#[component]
fn Unsent(token: String) -> impl IntoView {
    let unsent = RwSignal::new(Vec::new());
    let list = token.clone();
    Effect::new(move |_| {
        let list = list.clone();
        keep::forget(&list);
        spawn_local(async move { unsent.set(keep::unsent(list).await) });
    });
    let shown = move |texts: Vec<String>| {
        let token = token.clone();
        let discard = move |_| {
            keep::discard(&token);
            unsent.set(Vec::new());
        };
        view! {
            <p>"You typed this here before, and it could not be sent:"</p>
            <textarea class="draft" readonly rows="4" aria-label="What you typed">{texts.join("\n")}</textarea>
            <p><button type="button" class="button" on:click=discard>"Discard it"</button></p>
        }
    };
    move || {
        let texts = unsent.get();
        (!texts.is_empty()).then(|| shown(texts))
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
