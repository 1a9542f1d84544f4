//! The header: the list's title, its sync state, and what can be done with the whole list.

use std::rc::Rc;

use leptos::{prelude::*, task::spawn_local, web_sys::HtmlInputElement};
use sync::Refusal;

use super::{
    menu::Menu,
    panels::{Panel, Panels},
    status::Status,
    tally::Tally,
    view::ListView,
};
use crate::{
    api::DestroyList,
    client::{
        notices::Notice,
        recent,
        session::{Session, SyncState},
    },
    html::escaped,
    model::trimmed,
    page::parts::{Ending, FieldError, Later, Logo, Modal, TextField},
    platform::{self, focus},
    words::{Gap, words},
};

/// The header above the items.
#[component]
pub(crate) fn Header(
    session: Session,
    state: Memo<SyncState>,
    caught_up: RwSignal<Option<usize>>,
    view: ListView,
    panels: Panels,
) -> impl IntoView {
    let may_change = Memo::new(move |_| session.may_write() && !session.gone().get());
    view! {
        <header class="head">
            <nav class="bar">
                <a class="home" href="/" aria-label=words().home><Logo/></a>
                <Status session state caught_up/>
                <ShareButton panels/>
                <Menu session view panels/>
            </nav>
            <ListTitle session may_change/>
        </header>
    }
}

/// The title, which can be edited in place.
#[component]
fn ListTitle(session: Session, may_change: Memo<bool>) -> impl IntoView {
    let editing = RwSignal::new(false);
    let title = Signal::derive(move || escaped(&session.list().get().title));
    view! {
        <div class="title">
            {move || Later(editing.get().then(|| view! { <TitleEditor session editing/> }))}
            {move || {
                (!editing.get())
                    .then(|| {
                        view! {
                            <h1 dir="auto" on:dblclick=move |_| editing.set(session.may_write()) inner_html=title></h1>
                            {move || may_change.get().then(|| view! { <RenameButton editing/> })}
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

/// The field in which the title is edited. Enter and leaving it save once; Escape cancels.
#[component]
fn TitleEditor(session: Session, editing: RwSignal<bool>) -> impl IntoView {
    let problem = RwSignal::new(None::<Refusal>);
    let before = session.list().get_untracked().title.to_string();
    let typed = RwSignal::new(before.clone());
    let text = before.clone();
    let save = move || {
        // The edit ends before the field is removed, so that its blur finds nothing to save.
        if !editing.get_untracked() {
            return;
        }
        let saved = if typed.with_untracked(|typed| trimmed(typed) == before) {
            Ok(())
        } else {
            session.rename_list(&typed.get_untracked())
        };
        match saved {
            // An empty title leaves the old one.
            Ok(()) | Err(Refusal::Blank { .. }) => editing.set(false),
            Err(refusal) => problem.set(Some(refusal)),
        }
    };
    let end = move |ending| {
        match ending {
            Ending::Save => save(),
            Ending::Cancel => editing.set(false),
            Ending::Leave => return save(),
        }
        focus::pass(".rename");
    };
    view! {
        <h1>
            <TextField
                class="edit-title"
                name=words().list_title.to_owned()
                text
                place_caret=Box::new(HtmlInputElement::select)
                typed=Rc::new(move |text| _ = typed.try_set(text))
                end=Rc::new(end)
            />
        </h1>
        <FieldError problem/>
    }
}

/// The button that opens the Share panel.
#[component]
fn ShareButton(panels: Panels) -> impl IntoView {
    view! {
        <button type="button" class="icon share" on:click=move |_| panels.open(Panel::Share)>
            {words().share}
        </button>
    }
}

/// Asks whether to delete the list for everyone, and does.
#[component]
pub(crate) fn DeleteList(session: Session, panels: Panels, tally: Memo<Tally>) -> impl IntoView {
    let words = words();
    let modal = Modal::shown();
    let why = Signal::derive(move || {
        let amount = tally.get().all;
        let title = session.list().get().title;
        let gaps = [Gap::Title(&title), Gap::Count(amount)];
        escaped(&words.delete_list_why[amount.min(2)].fill(&gaps))
    });
    let confirm = move |_| {
        modal.close();
        let token = session.token();
        let notices = session.notices();
        spawn_local(async move {
            let call = DestroyList {
                token: token.clone(),
            };
            match platform::call(&call).await {
                Ok(()) => {
                    recent::delete(&token, &session.list().get_untracked().title);
                    platform::load("/");
                }
                Err(error) => {
                    notices.add(Notice::info(words.not_deleted.text(&words.error(&error))));
                }
            }
        });
    };
    let content = view! {
        <h2 id="confirm-title">{words.delete_list_question}</h2>
        <p inner_html=why></p>
        <div class="choices">
            <button type="button" class="button" on:click=move |_| modal.close()>{words.keep_it}</button>
            <button type="button" class="button danger" on:click=confirm>{words.delete_for_everybody}</button>
        </div>
    };
    modal.view(
        "confirm",
        "confirm-title",
        move |event| panels.on_close(&event),
        content,
    )
}
