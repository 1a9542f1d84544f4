//! The landing page: creates lists, and shows those that this device has opened.

use std::collections::HashSet;

use leptos::prelude::*;

use super::parts::Later;
use crate::{
    client::recent::{self, Recent},
    platform,
    words::words,
};

/// The landing page. Opening it writes nothing: the button's POST creates a list.
#[component]
pub(crate) fn LandingPage() -> impl IntoView {
    let words = words();
    platform::name_document(|| words.landing_title.to_owned());
    // None of this changes, and plain HTML costs the bundle next to nothing. Without a title, the list
    // has its usual one. By its id, a form that is sent twice creates one list. `document/new_list.js`
    // fills the hint, and gives each press an id of its own.
    let create = format!(
        "<span class=\"logo\" aria-hidden=\"true\"></span><h1>{heading}</h1><p class=\"lead\">{lead}</p>\
         <form action=\"/rpc/create_list\" method=\"post\" class=\"create\" autocomplete=\"off\">\
         <input type=\"hidden\" name=\"request\" value=\"{request}\">\
         <input name=\"title\" placeholder=\"{title}\" aria-label=\"{title}\" maxlength=\"200\" \
         autocomplete=\"off\" autocapitalize=\"sentences\" dir=\"auto\">\
         <button class=\"button primary\" type=\"submit\">{new_list}</button></form>\
         <p class=\"hint\" role=\"status\"></p>",
        request = platform::form_id(),
        heading = words.landing_heading,
        lead = words.landing_lead,
        title = words.new_title,
        new_list = words.new_list,
    );
    view! {
        <main class="sheet landing">
            <div inner_html=create></div>
            <RecentLists/>
        </main>
    }
}

/// The lists of this device. Only the browser knows them, so they appear once the program runs.
#[component]
fn RecentLists() -> impl IntoView {
    let words = words();
    let lists = RwSignal::new(Vec::new());
    // Removed lists. Their links are stored nowhere else, so they can be restored until the page is
    // left.
    let forgotten = RwSignal::new(HashSet::new());
    Effect::new(move |_| lists.set(recent::lists()));
    platform::on_return(move || {
        forgotten.update(HashSet::clear);
        lists.set(recent::lists());
    });
    let shown = move |list: Recent| {
        let Recent { token, title } = list;
        let id = token.clone();
        let is_forgotten = Memo::new(move |_| forgotten.with(|all| all.contains(&id)));
        let toggle = {
            let (token, title) = (token.clone(), title.clone());
            move |_| {
                if is_forgotten.get_untracked() {
                    recent::remember(&token, &title);
                } else {
                    recent::forget(&token);
                }
                forgotten.update(|all| {
                    if !all.remove(&token) {
                        all.insert(token.clone());
                    }
                });
            }
        };
        let name = words.forget_list.title(&title);
        let name = move || {
            if is_forgotten.get() {
                words.undo.to_owned()
            } else {
                name.clone()
            }
        };
        view! {
            <li class:forgotten=is_forgotten>
                <a href=format!("/{token}") dir="auto">{title}</a>
                <button type="button" class="icon dismiss" aria-label=name on:click=toggle>
                    {move || is_forgotten.get().then_some(words.undo)}
                </button>
            </li>
        }
    };
    move || {
        let lists = lists.get();
        Later((!lists.is_empty()).then(|| {
            view! {
                <section class="recent" aria-labelledby="recent-title">
                    <h2 id="recent-title">{words.on_this_device}</h2>
                    <ul>{lists.into_iter().map(shown).collect_view()}</ul>
                </section>
            }
        }))
    }
}
