//! The first page: makes a list, and knows those that this device has opened.

use leptos::prelude::*;

use super::logo::Logo;
use crate::{
    platform,
    recent::{self, Recent},
    words::{fill, words},
};

/// The first page. Opening it writes nothing: a list is made by the button's POST.
#[component]
pub(crate) fn LandingPage() -> impl IntoView {
    let words = words();
    platform::name_document(|| words.landing_title.to_owned());
    view! {
        <main class="sheet landing">
            <Logo/>
            <h1>{words.landing_heading}</h1>
            <p class="lead">{words.landing_lead}</p>
            <form action="/rpc/create_list" method="post" class="create">
                <button class="button primary" type="submit">{words.new_list}</button>
            </form>
            <RecentLists/>
        </main>
    }
}

/// The lists of this device. They are known to the browser alone, so they appear once it is there.
#[component]
fn RecentLists() -> impl IntoView {
    let words = words();
    let lists = RwSignal::new(Vec::new());
    Effect::new(move |_| lists.set(platform::recent_lists()));
    let forget = move |token: &str| {
        recent::forget(token);
        lists.set(platform::recent_lists());
    };
    let shown = move |list: Recent| {
        let Recent { token, title } = list;
        view! {
            <li>
                <a href=format!("/{token}")>{title.clone()}</a>
                <button
                    type="button"
                    class="icon dismiss"
                    aria-label=fill(words.forget_list, &title)
                    on:click=move |_| forget(&token)
                ></button>
            </li>
        }
    };
    move || {
        let lists = lists.get();
        (!lists.is_empty()).then(|| {
            view! {
                <section class="recent" aria-labelledby="recent-title">
                    <h2 id="recent-title">{words.on_this_device}</h2>
                    <ul>{lists.into_iter().map(shown).collect_view()}</ul>
                </section>
            }
        })
    }
}
