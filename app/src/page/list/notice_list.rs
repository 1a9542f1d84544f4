//! Notices at the bottom of the page.

use leptos::{ev::MouseEvent, prelude::*, task::spawn_local};

use super::panels::{Panel, Panels};
use crate::{
    ItemPatch,
    client::{
        notices::{Notice, Offer},
        session::Session,
    },
    page::parts::Later,
    platform::{self, focus},
    words::{count, words},
};

/// The notices. They also hold typed text that has no other place left.
#[component]
pub(crate) fn NoticeList(session: Session, panels: Panels) -> impl IntoView {
    let notices = session.notices();
    let is_any = Memo::new(move |_| !notices.all().read().is_empty());
    let cards = move || {
        view! {
            <For each=move || notices.all().get() key=|notice| notice.id let:notice>
                <NoticeCard session panels notice/>
            </For>
        }
    };
    view! {
        <div class="notices" role="status" aria-atomic="false">
            {move || Later(is_any.get().then(cards))}
        </div>
    }
}

#[component]
fn NoticeCard(session: Session, panels: Panels, notice: Notice) -> impl IntoView {
    let words = words();
    let name = notice.offer.as_ref().map(|offer| match offer {
        Offer::Undo => words.undo.to_owned(),
        Offer::Redo => words.redo.to_owned(),
        Offer::Reload => words.reload.to_owned(),
        Offer::Share => words.share_it.to_owned(),
        Offer::Add(items) => count(words.add_again, items.len()),
    });
    let Notice { text, draft, .. } = notice.clone();
    let notice = StoredValue::new(notice);
    let dismiss = move |event: MouseEvent| {
        notice.with_value(|notice| session.notices().dismiss(notice.id));
        focus::pass_from(&event, focus::A_ROW);
    };
    let accept = move |event: MouseEvent| {
        focus::pass_from(&event, focus::A_ROW);
        let notice = notice.get_value();
        if let Some(Offer::Add(items)) = &notice.offer {
            return add_again(session, items.clone(), notice.clone());
        }
        session.notices().dismiss(notice.id);
        match notice.offer {
            Some(Offer::Reload) => platform::reload(),
            Some(Offer::Share) => panels.open(Panel::Share),
            Some(Offer::Undo) => session.undo(),
            Some(Offer::Redo) => session.redo(),
            _ => {}
        }
    };
    view! {
        <div class="notice">
            <p>{text}</p>
            {draft.map(|draft| view! { <Draft draft/> })}
            {name.map(|name| view! { <button type="button" class="offer" on:click=accept>{name}</button> })}
            <button
                type="button"
                class="icon dismiss"
                aria-label=words.dismiss
                on:click=dismiss
            ></button>
        </div>
    }
}

#[component]
fn Draft(draft: String) -> impl IntoView {
    let words = words();
    let name = RwSignal::new(words.copy);
    let text = draft.clone();
    let copy = move |_| {
        let text = text.clone();
        spawn_local(async move {
            if platform::copy_text(&text).await {
                let _ = name.try_set(words.copied);
            }
        });
    };
    view! {
        <textarea class="draft" readonly rows="2" aria-label=words.what_you_typed>
            {draft}
        </textarea>
        <button type="button" class="offer copy" on:click=copy inner_html=name></button>
    }
}

/// Adds items again. If they are refused, the notice says why and keeps the text.
fn add_again(session: Session, items: Vec<ItemPatch>, notice: Notice) {
    let added = session.add_all(items);
    session.notices().dismiss(notice.id);
    if let Err(refusal) = added {
        session.notices().add(Notice {
            text: session.words().refusal(&refusal),
            ..notice
        });
    }
}
