//! The pages for links that lead nowhere.

use leptos::{prelude::*, task::spawn_local};

use super::parts::Later;
use crate::{
    client::{recent, storage},
    platform,
    words::words,
};

/// Says that there is no such list, with status 404.
#[component]
pub(crate) fn NotFound(
    token: String,
    /// Whether the server knows that it was deleted, so that this device may forget it.
    is_destroyed: bool,
    /// Whether the server knows that the link was replaced.
    is_replaced: bool,
) -> impl IntoView {
    platform::respond_not_found();
    let words = words();
    platform::name_document(|| format!("{} · Tandem", words.no_such_list));
    let (what, why) = if is_replaced {
        (words.link_replaced, words.error_replaced_link)
    } else {
        (words.no_such_list, words.no_such_list_why)
    };
    let list = token.clone();
    Effect::new(move |_| {
        if is_destroyed {
            recent::forget(&list);
        }
    });
    view! {
        <main class="sheet message">
            <div inner_html=head(what, why)></div>
            <Unsent token=token.clone()/>
            {(!is_destroyed).then(|| view! { <KeptCopy token/> })}
            <p inner_html=link("/", words.to_the_start)></p>
        </main>
    }
}

/// Says that there is no such page, with status 404. If the address begins like a list's, links to
/// that list, which may not exist either.
#[component]
pub(crate) fn NoSuchPage(list: Option<String>) -> impl IntoView {
    platform::respond_not_found();
    let words = words();
    platform::name_document(|| format!("{} · Tandem", words.no_such_page));
    let (href, way) = match list {
        Some(list) => (format!("/{list}"), words.to_the_list),
        None => ("/".to_owned(), words.to_the_start),
    };
    message(words.no_such_page, words.no_such_page_why, &href, way)
}

/// Says one thing and links to where to go from there. Plain HTML, since it never changes: words and
/// tokens need no escaping.
fn message(title: &str, why: &str, href: &str, way: &str) -> impl IntoView + use<> {
    let html = format!("{}<p>{}</p>", head(title, why), link(href, way));
    view! { <main class="sheet message" inner_html=html></main> }
}

/// Returns the head of a message, as HTML.
fn head(title: &str, why: &str) -> String {
    format!("<span class=\"logo\" aria-hidden=\"true\"></span><h1>{title}</h1><p>{why}</p>")
}

/// Returns a link that looks like a button, as HTML.
fn link(href: &str, name: &str) -> String {
    format!("<a class=\"button\" href=\"{href}\">{name}</a>")
}

/// Typed text that could not be sent before the list was deleted. Only the browser has it, so it
/// appears once the program runs.
#[component]
fn Unsent(token: String) -> impl IntoView {
    let words = words();
    let texts = RwSignal::new(Vec::new());
    let list = token.clone();
    Effect::new(move |_| {
        let list = list.clone();
        spawn_local(async move { texts.set(storage::unsent(&list).await) });
    });
    let discard = move || storage::discard(&token);
    stored(
        texts,
        [words.unsent, words.what_you_typed, words.discard],
        Box::new(discard),
    )
}

/// What this device has stored of a list that the server does not know. It may be the last copy.
#[component]
fn KeptCopy(token: String) -> impl IntoView {
    let words = words();
    let texts = RwSignal::new(Vec::new());
    let list = token.clone();
    Effect::new(move |_| {
        let list = list.clone();
        spawn_local(async move { texts.set(storage::copy_of(&list).await) });
    });
    stored(
        texts,
        [words.kept_here, words.kept_here, words.remove_kept],
        Box::new(move || recent::forget(&token)),
    )
}

/// Texts stored on this device, if there are any, and a button that removes them.
fn stored(
    texts: RwSignal<Vec<String>>,
    [why, name, let_go]: [&'static str; 3],
    act: Box<dyn Fn() + Send + Sync>,
) -> impl IntoView {
    let act = StoredValue::new(act);
    let discard = move |_| {
        act.with_value(|act| act());
        texts.set(Vec::new());
    };
    move || {
        let all = texts.get().join("\n");
        Later((!all.is_empty()).then(|| {
            view! {
                <p>{why}</p>
                <textarea class="draft" readonly rows="4" aria-label=name>{all}</textarea>
                <p><button type="button" class="button" on:click=discard>{let_go}</button></p>
            }
        }))
    }
}

/// Says that the list cannot be shown: that it has no such page for viewers, with status 404, or that it is
/// not available now, with status 503.
#[component]
pub(crate) fn NotShown(
    /// The path of the list, for a page that viewers do not have.
    list: Option<String>,
) -> impl IntoView {
    let words = words();
    if let Some(list) = list {
        platform::respond_not_found();
        platform::name_document(|| format!("{} · Tandem", words.no_such_page));
        return message(
            words.no_such_page,
            words.no_such_page_why,
            &list,
            words.to_the_list,
        );
    }
    platform::respond_unavailable();
    platform::name_document(|| format!("{} · Tandem", words.just_a_moment));
    message(words.not_now, words.not_now_why, "", words.try_again)
}
