//! A hint that the typed text is on the list already.

use leptos::prelude::*;
use uuid::Uuid;

use crate::{
    Record,
    client::session::Session,
    html::escaped,
    model::{is_blank, trimmed},
    page::{parts::Later, text::folding::Folded},
    words::{shortened, words},
};

/// An item with the same title.
#[derive(Clone, Debug, PartialEq)]
struct Twin {
    id: Uuid,
    title: String,
    isdone: bool,
}

/// The hint, while an item has the typed title. If it is ticked, the hint offers to untick it.
#[component]
pub(super) fn DuplicateHint(
    session: Session,
    text: RwSignal<String>,
    clear: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let words = words();
    let twin = Memo::new(move |_| text.with(|text| find(session, text)));
    let hint = move |Twin { id, title, isdone }| {
        let template = if isdone {
            words.duplicate_done
        } else {
            words.duplicate
        };
        let untick = move |_| {
            session.set_done(id, false);
            clear();
        };
        view! {
            <span inner_html=escaped(&template.title(&shortened(&title)))></span>
            {isdone
                .then(|| {
                    view! { <button type="button" class="link" on:click=untick>{words.untick_it}</button> }
                })}
        }
    };
    view! {
        <p class="twin" role="status">
            {move || Later(twin.get().map(hint))}
        </p>
    }
}

fn find(session: Session, text: &str) -> Option<Twin> {
    let text = trimmed(text);
    if is_blank(text) {
        return None;
    }
    let text = Folded::new(text);
    session.records().with_ordered(|records| {
        let mut items = records.filter_map(Record::as_item);
        let twin = items.find(|item| !item.issection && text.is_same(&item.shortdesc))?;
        Some(Twin {
            id: twin.id,
            title: twin.shortdesc.to_string(),
            isdone: twin.isdone,
        })
    })
}
