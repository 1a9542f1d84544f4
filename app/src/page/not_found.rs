//! The pages for links that lead nowhere.

use leptos::{prelude::*, task::spawn_local};

use super::{later::Later, logo::Logo};
use crate::{keep, platform, words::words};

/// Says that there is no such list. The response says so too.
#[component]
pub(crate) fn NotFound(token: String) -> impl IntoView {
    platform::respond_not_found();
    let words = words();
    platform::name_document(|| format!("{} · Tandem", words.no_such_list));
    view! {
        <main class="sheet message">
            <Logo/>
            <h1>{words.no_such_list}</h1>
            <p>{words.no_such_list_why}</p>
            <Unsent token/>
            <p><a class="button" href="/">{words.to_the_start}</a></p>
        </main>
    }
}

/// Says that there is no page at the address. If the address begins as a list's does, it leads there;
/// whether there is such a list, it does not know.
#[component]
pub(crate) fn NoSuchPage(list: Option<String>) -> impl IntoView {
    platform::respond_not_found();
    let words = words();
    platform::name_document(|| format!("{} · Tandem", words.no_such_page));
    let (href, way) = match list {
        Some(list) => (format!("/{list}"), words.to_the_list),
        None => ("/".to_owned(), words.to_the_start),
    };
    view! {
        <main class="sheet message">
            <Logo/>
            <h1>{words.no_such_page}</h1>
            <p>{words.no_such_page_why}</p>
            <p><a class="button" href=href>{way}</a></p>
        </main>
    }
}

/// What was typed here for a list that is gone and could not be sent before. The browser alone
/// knows it, so it appears once that is there.
#[component]
fn Unsent(token: String) -> impl IntoView {
    let words = words();
    let unsent = RwSignal::new(Vec::new());
    let list = token.clone();
    Effect::new(move |_| {
        let list = list.clone();
        keep::forget(&list);
        spawn_local(async move { unsent.set(keep::unsent(&list).await) });
    });
    let shown = move |texts: Vec<String>| {
        let token = token.clone();
        let discard = move |_| {
            keep::discard(&token);
            unsent.set(Vec::new());
        };
        view! {
            <p>{words.unsent}</p>
            <textarea class="draft" readonly rows="4" aria-label=words.what_you_typed>{texts.join("\n")}</textarea>
            <p><button type="button" class="button" on:click=discard>{words.discard}</button></p>
        }
    };
    move || {
        let texts = unsent.get();
        Later((!texts.is_empty()).then(|| shown(texts)))
    }
}

/// Says that the list cannot be had just now.
#[component]
pub(crate) fn Unavailable() -> impl IntoView {
    platform::respond_unavailable();
    let words = words();
    platform::name_document(|| format!("{} · Tandem", words.just_a_moment));
    view! {
        <main class="sheet message">
            <Logo/>
            <h1>{words.not_now}</h1>
            <p>{words.not_now_why}</p>
            <p><a class="button" href="" rel="external">{words.try_again}</a></p>
        </main>
    }
}
