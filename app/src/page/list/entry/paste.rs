//! Pasting several lines: a preview of what they would add.

use leptos::prelude::*;
use sync::{Model as _, Refusal};
use uuid::Uuid;

use crate::{
    Item, ItemPatch,
    client::session::Session,
    html::escape,
    outline::{Entry, Outline},
    page::{
        list::panels::Panels,
        parts::{FieldError, Modal},
    },
    words::{Words, count, shortened, words},
};

/// How many items the preview shows.
const PREVIEW_ITEMS: usize = 6;

/// The preview of a text of several lines.
#[component]
pub(crate) fn PastePreview(session: Session, panels: Panels, outline: Outline) -> impl IntoView {
    let words = words();
    let modal = Modal::shown();
    let (title, items) = session.fitting(outline);
    let amount = items.len();
    let shown = html(&items, words);
    let drafts: Vec<_> = items.into_iter().map(ItemPatch::from).collect();
    let refusal = drafts
        .iter()
        .find_map(|draft| Item::create(Uuid::nil(), draft, 0).err())
        .or_else(|| (amount > Item::LIMIT).then_some(Refusal::Full { limit: Item::LIMIT }));
    let is_fit = refusal.is_none();
    let problem = RwSignal::new(refusal);
    let add = move |_| match session.add_list(title.clone(), drafts.clone()) {
        Ok(()) => modal.close(),
        Err(refusal) => problem.set(Some(refusal)),
    };
    let content = view! {
            <h2 id="paste-title">{count(words.paste_question, amount)}</h2>
            <div inner_html=shown></div>
            <FieldError problem/>
            <div class="choices">
                <button type="button" class="button" on:click=move |_| modal.close()>
                    {words.cancel}
                </button>
                <button
                    type="button"
                    class="button primary"
                    autofocus
                    disabled=!is_fit
                    on:click=add
                >
                    {count(words.add_items, amount)}
                </button>
            </div>
    };
    modal.view(
        "confirm paste",
        "paste-title",
        move |event| panels.on_close(&event),
        content,
    )
}

/// Returns the first entries as HTML, each with its date and the beginning of its notes.
fn html(entries: &[Entry], words: &Words) -> String {
    let mut html = "<ul>".to_owned();
    for entry in entries.iter().take(PREVIEW_ITEMS) {
        html.push_str(match (entry.issection, entry.isdone) {
            (true, _) => "<li dir=auto class=section>",
            (_, true) => "<li dir=auto class=completed>",
            _ => "<li dir=auto>",
        });
        escape(&mut html, &entry.shortdesc);
        let due = entry.due.as_ref().map(|due| words.due_date(due));
        let notes = entry
            .longdesc
            .as_deref()
            .map(|notes| shortened(notes.trim()));
        for more in [due, notes].into_iter().flatten() {
            html.push_str(" <small>");
            escape(&mut html, &more);
            html.push_str("</small>");
        }
        html.push_str("</li>");
    }
    html.push_str("</ul>");
    let more = entries.len().saturating_sub(PREVIEW_ITEMS);
    if more > 0 {
        html.push_str("<p>");
        html.push_str(&words.paste_more.number(more));
        html.push_str("</p>");
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_preview_shows_texts_as_texts() {
        let entry = Entry {
            longdesc: Some("\"&\n".to_owned()),
            due: Some("2026-11-24".to_owned()),
            isdone: true,
            shortdesc: "<b>milk</b>".to_owned(),
            ..Entry::default()
        };
        let words = crate::words_of_language("en");
        assert_eq!(
            html(&[entry], words),
            "<ul><li dir=auto class=completed>&lt;b&gt;milk&lt;/b&gt; <small>24 Nov 2026</small> <small>&quot;&amp;</small></li></ul>"
        );
    }
}
