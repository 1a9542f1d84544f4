//! The trash: deleted items that can be restored.

use leptos::{prelude::*, task::spawn_local};

use crate::{
    Item, Record,
    api::OpenTrash,
    client::{notices::Notice, session::Session},
    page::route::ViewLink,
    platform::{self, focus},
    words::words,
};

/// The deleted items, the latest first. Loads those that this device does not know yet.
#[component]
pub(crate) fn Trash(session: Session) -> impl IntoView {
    let words = words();
    let is_partial = RwSignal::new(false);
    Effect::new(move |_| {
        spawn_local(async move {
            match platform::call(&OpenTrash {
                token: session.token(),
            })
            .await
            {
                Ok(tombstones) => session.records().learn(tombstones),
                Err(_) => _ = is_partial.try_set(true),
            }
        });
    });
    let deleted = Memo::new(move |_| {
        let mut items: Vec<Item> = session
            .records()
            .with_deleted(|rows| rows.filter_map(Record::as_item).cloned().collect());
        items.sort_by_key(|item| std::cmp::Reverse((item.updated_at, item.version, item.id)));
        items
    });
    let is_empty = Signal::derive(move || deleted.with(Vec::is_empty));
    view! {
        <section class="trash" aria-labelledby="trash-title">
            <h2 id="trash-title">{words.trash}</h2>
            <p class="hint">{words.trash_why}</p>
            {move || is_partial.get().then(|| view! { <p class="hint">{words.trash_partly}</p> })}
            {move || is_empty.get().then(|| view! { <p class="empty">{words.trash_empty}</p> })}
            <ul class="deleted">
                {move || {
                    // Not keyed: a second kind of keyed rows would be the larger part of this page.
                    let items = deleted.get().into_iter();
                    items.map(|item| view! { <Deleted session item/> }).collect_view()
                }}
            </ul>
            <p class="back">
                <ViewLink href=format!("/{}", session.token()) class="" name=words.back_to_list/>
            </p>
        </section>
    }
}

/// A deleted item. The form works before and without WASM.
#[component]
fn Deleted(session: Session, item: Item) -> impl IntoView {
    let words = words();
    let Item { id, shortdesc, .. } = item;
    let title_id = format!("deleted-{id}");
    let button_id = format!("restore-{id}");
    let title = shortdesc.to_string();
    let restore = {
        let title = title.clone();
        move |event: leptos::ev::SubmitEvent| {
            event.prevent_default();
            focus::pass(".deleted button, .back a");
            if let Err(refusal) = session.restore(id, &title) {
                session
                    .notices()
                    .add(Notice::info(session.words().refusal(&refusal)));
            }
        }
    };
    view! {
        <li data-testid="deleted-item">
            <span id=title_id.clone() dir="auto">
                {title}
            </span>
            {session
                .may_write()
                .then(|| {
                    view! {
                        <form action="/rpc/restore_item" method="post" on:submit=restore>
                            <input type="hidden" name="token" value=session.token()/>
                            <input type="hidden" name="id" value=id.to_string()/>
                            <button
                                class="button"
                                id=button_id.clone()
                                aria-labelledby=format!("{button_id} {title_id}")
                            >
                                {words.restore}
                            </button>
                        </form>
                    }
                })}
        </li>
    }
}
