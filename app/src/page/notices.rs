//! What the person should be told, at the bottom of the page.

use leptos::{prelude::*, task::spawn_local};

use crate::{
    notices::{Notice, Offer},
    platform,
    session::Session,
    words::words,
};

/// The notices. What was typed and could not be kept elsewhere stands in them.
#[component]
pub(crate) fn NoticeList(session: Session) -> impl IntoView {
    let notices = session.notices();
    view! {
        <div class="notices" role="status">
            <For each=move || notices.all().get() key=|notice| notice.id let:notice>
                <NoticeCard session notice/>
            </For>
        </div>
    }
}

#[component]
fn NoticeCard(session: Session, notice: Notice) -> impl IntoView {
    let words = words();
    let Notice {
        id,
        text,
        draft,
        offer,
        is_quiet,
        ..
    } = notice;
    let dismiss = move || session.notices().dismiss(id);
    let typed = StoredValue::new(draft.clone().unwrap_or_default());
    let (name, act): (_, fn(Session, String)) = match offer {
        Some(Offer::Undo) => (words.undo, |session, _| session.undo()),
        Some(Offer::Redo) => (words.redo, |session, _| session.redo()),
        Some(Offer::AddDraft) => (words.add_again, add_again),
        None => ("", |_, _| {}),
    };
    let accept = move |_| {
        dismiss();
        act(session, typed.get_value());
    };
    view! {
        <div class="notice" class:quiet=is_quiet>
            <p>{text}</p>
            {draft.map(|draft| view! { <Draft draft/> })}
            {offer.map(|_| view! { <button type="button" class="offer" on:click=accept>{name}</button> })}
            <button
                type="button"
                class="icon dismiss"
                aria-label=words.dismiss
                on:click=move |_| dismiss()
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
        <button type="button" class="offer copy" on:click=copy>
            {name}
        </button>
    }
}

/// What is still not acceptable is told anew, with the text.
fn add_again(session: Session, text: String) {
    if let Err(refusal) = session.add(&text) {
        let words = session.words();
        session.notices().add(Notice {
            offer: Some(Offer::AddDraft),
            ..Notice::keeping(words.refusal(&refusal), text)
        });
    }
}
