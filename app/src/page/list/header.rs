//! Above the items: what the list is called, how it stands with the server, and what can be done
//! with the list as a whole.

use leptos::{ev::KeyboardEvent, html, prelude::*, task::spawn_local};
use sync::Refusal;

use super::{menu::Menu, status::Status, tally::tally, view::View};
use crate::{
    api::DestroyList,
    client::{
        notices::Notice,
        recent,
        session::{Session, SyncState},
    },
    model::trimmed,
    page::{
        parts::{Later, Logo, Problem, is_composing},
        text::rich,
    },
    platform::{self, focus},
    words::{Gap, words},
};

/// Above the items.
#[component]
pub(crate) fn Header(
    session: Session,
    state: Memo<SyncState>,
    caught_up: RwSignal<Option<usize>>,
    view: View,
) -> impl IntoView {
    let may_delete = Memo::new(move |_| session.may_write() && !session.gone().get());
    view! {
        <header class="head">
            <nav class="bar">
                <a class="home" href="/" aria-label=words().home><Logo/></a>
                <Status session state caught_up/>
                <CopyLink session/>
                {move || may_delete.get().then(|| view! { <DeleteList session/> })}
                <Menu session view/>
            </nav>
            <ListTitle session/>
        </header>
    }
}

/// The title; whoever may write renames it in place.
#[component]
fn ListTitle(session: Session) -> impl IntoView {
    let editing = RwSignal::new(false);
    let title = Signal::derive(move || rich::text(&session.list().get().title));
    let may_rename = Memo::new(move |_| session.may_write() && !session.gone().get());
    view! {
        <div class="title">
            {move || Later(editing.get().then(|| view! { <TitleEditor session editing/> }))}
            {move || {
                (!editing.get())
                    .then(|| {
                        view! {
                            <h1 dir="auto" on:dblclick=move |_| editing.set(session.may_write()) inner_html=title></h1>
                            {move || may_rename.get().then(|| view! { <RenameButton editing/> })}
                        }
                    })
            }}
        </div>
    }
}

#[component]
fn RenameButton(editing: RwSignal<bool>) -> impl IntoView {
    view! {
        <button
            type="button"
            class="icon rename"
            aria-label=words().rename_list
            on:click=move |_| editing.set(true)
        ></button>
    }
}

/// The field in which the title is edited. Enter and leaving it save, once; Escape does not.
#[component]
fn TitleEditor(session: Session, editing: RwSignal<bool>) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let problem = RwSignal::new(None::<Refusal>);
    let before = session.list().get_untracked().title.to_string();
    Effect::new(move |_| {
        if let Some(input) = input.get() {
            let _ = input.focus();
            input.select();
        }
    });
    let save = {
        let before = before.clone();
        move |text: String| {
            // Gone before the field is: the blur that follows finds nothing to save.
            if !editing.get_untracked() {
                return;
            }
            let saved = if trimmed(&text) == before {
                Ok(())
            } else {
                session.rename_list(&text)
            };
            match saved {
                // A title that was emptied stays what it was.
                Ok(()) | Err(Refusal::Blank { .. }) => editing.set(false),
                Err(refusal) => problem.set(Some(refusal)),
            }
        }
    };
    let save_on_blur = save.clone();
    let on_key = move |event: KeyboardEvent| {
        match event.key().as_str() {
            _ if is_composing(&event) => return,
            "Enter" => save(event_target_value(&event)),
            "Escape" => editing.set(false),
            _ => return,
        }
        focus::pass(".rename");
    };
    view! {
        <h1>
            <input
                class="edit-title"
                aria-label=words().list_title
                autocomplete="off"
                enterkeyhint="done"
                dir="auto"
                node_ref=input
                value=before
                on:keydown=on_key
                on:blur=move |event| save_on_blur(event_target_value(&event))
            />
        </h1>
        <Problem problem/>
    }
}

#[component]
fn CopyLink(session: Session) -> impl IntoView {
    let words = words();
    let copy = move |_| {
        let link = format!("{}/{}", platform::public_origin(), session.token());
        let notices = session.notices();
        spawn_local(async move {
            let notice = if platform::copy_text(&link).await {
                Notice::info(if session.may_write() {
                    words.link_copied
                } else {
                    words.view_link_copied
                })
            } else {
                Notice::keeping(words.copy_this_link, link)
            };
            notices.add(notice);
        });
    };
    view! {
        <button type="button" class="icon copy-link" aria-label=words.copy_link on:click=copy></button>
    }
}

/// Deletes the list for everybody, after asking.
#[component]
fn DeleteList(session: Session) -> impl IntoView {
    let words = words();
    let dialog = NodeRef::<html::Dialog>::new();
    let tally = tally(session);
    let why = Signal::derive(move || {
        let amount = tally.get().all;
        let title = session.list().get().title;
        let gaps = [Gap::Title(&title), Gap::Count(amount)];
        rich::text(&words.delete_list_why[amount.min(2)].fill(&gaps))
    });
    let ask = move |_| {
        if let Some(dialog) = dialog.get_untracked() {
            // It only fails when it is open already.
            let _ = dialog.show_modal();
        }
    };
    let close = move || {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    let confirm = move |_| {
        close();
        let token = session.token();
        let notices = session.notices();
        spawn_local(async move {
            let call = DestroyList {
                token: token.clone(),
            };
            match platform::call(&call).await {
                Ok(()) => {
                    recent::forget(&token);
                    platform::load("/");
                }
                Err(error) => {
                    notices.add(Notice::info(words.not_deleted.text(&words.error(&error))));
                }
            }
        });
    };
    view! {
        <button type="button" class="icon delete-list" aria-label=words.delete_list on:click=ask></button>
        <dialog class="confirm" node_ref=dialog aria-labelledby="confirm-title">
            <h2 id="confirm-title">{words.delete_list_question}</h2>
            <p inner_html=why></p>
            <div class="choices">
                <button type="button" class="button" on:click=move |_| close()>{words.keep_it}</button>
                <button type="button" class="button danger" on:click=confirm>{words.delete_for_everybody}</button>
            </div>
        </dialog>
    }
}
