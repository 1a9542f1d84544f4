//! Many lines at once: a look at what a text would add, before it does.

use leptos::{html, prelude::*};
use sync::{Model as _, Refusal};
use uuid::Uuid;

use super::{problem::Problem, shortened};
use crate::{
    Item, ItemPatch, lines,
    outline::{self, Entry, Outline},
    platform::rows,
    session::Session,
    words::{count, fill, words},
};

/// How many items the preview shows.
const SHOWN: usize = 6;

/// The list that a text of several lines means; `None` if it is one line, or nothing of a list: that
/// is a text to be typed on.
pub(super) fn read(text: &str) -> Option<Outline> {
    let mut lines = lines(text).filter(|line| !line.trim().is_empty());
    lines.nth(1)?;
    Some(outline::read(text)).filter(|outline| !outline.items.is_empty())
}

/// Shows what a text would add, and asks.
#[component]
pub(super) fn PastePreview(session: Session, pasted: RwSignal<Option<Outline>>) -> impl IntoView {
    move || {
        let outline = pasted.get()?;
        Some(view! { <Preview session outline pasted/> })
    }
}

#[component]
fn Preview(session: Session, outline: Outline, pasted: RwSignal<Option<Outline>>) -> impl IntoView {
    let words = words();
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        if let Some(dialog) = dialog.get()
            && !dialog.open()
        {
            // It only fails when it is open already.
            let _ = dialog.show_modal();
        }
    });
    let (title, items) = session.fitting(outline);
    let lines = items.iter().take(SHOWN).map(|entry| {
        let class = match (entry.issection, entry.isdone) {
            (true, _) => "section",
            (_, true) => "completed",
            _ => "",
        };
        let more = more_of(entry);
        view! { <li class=class dir="auto">{entry.shortdesc.clone()} {more}</li> }
    });
    let lines = lines.collect_view();
    let amount = items.len();
    let more = amount.saturating_sub(SHOWN);
    let drafts: Vec<_> = items.into_iter().map(ItemPatch::from).collect();
    let refusal = drafts
        .iter()
        .find_map(|draft| Item::create(Uuid::nil(), draft, 0).err())
        .or_else(|| (amount > Item::LIMIT).then_some(Refusal::Full { limit: Item::LIMIT }));
    let is_fit = refusal.is_none();
    let problem = RwSignal::new(refusal);
    // The browser gives the focus back to where it was.
    let close = move || {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    let add = move |_| match session.add_list(title.clone(), drafts.clone()) {
        Ok(()) => close(),
        Err(refusal) => problem.set(Some(refusal)),
    };
    view! {
        <dialog
            class="confirm paste"
            node_ref=dialog
            aria-labelledby="paste-title"
            on:close=move |event| {
                // By the time that it is told, the next paste may be asked about.
                if rows::is_closed(&event) {
                    pasted.set(None);
                }
            }
        >
            <h2 id="paste-title">{count(words.paste_question, amount)}</h2>
            <ul>{lines}</ul>
            {(more > 0).then(|| view! { <p>{fill(words.paste_more, more)}</p> })}
            <Problem problem/>
            <div class="choices">
                <button type="button" class="button" on:click=move |_| close()>
                    {words.cancel}
                </button>
                {is_fit
                    .then(|| {
                        view! {
                            <button type="button" class="button primary" autofocus on:click=add>
                                {count(words.add_items, amount)}
                            </button>
                        }
                    })}
            </div>
        </dialog>
    }
}

/// The day and the beginning of the notes of an entry.
fn more_of(entry: &Entry) -> Option<impl IntoView + use<>> {
    let notes = entry
        .longdesc
        .as_deref()
        .map(|notes| shortened(notes.trim()));
    let more: Vec<_> = entry.due.clone().into_iter().chain(notes).collect();
    (!more.is_empty()).then(|| view! { <small>{more.join(" · ")}</small> })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_is_no_list_and_neither_is_nothing_but_rules() {
        for text in [
            "- milk",
            "\n milk \n\n",
            "milk\u{2028}",
            "---\n***\n",
            "-\n-\n",
            "",
        ] {
            assert_eq!(read(text), None, "{text:?}");
        }
    }

    #[test]
    fn lines_are_a_list_whatever_ends_them() {
        for text in [
            "milk\nbread",
            "milk\rbread",
            "milk\u{2028}bread",
            "- milk\n  oats",
        ] {
            assert!(read(text).is_some(), "{text:?}");
        }
    }
}
