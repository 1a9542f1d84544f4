//! Many lines at once: what a pasted text means as items.

use leptos::{html, prelude::*};
use sync::Refusal;

use super::problem::Problem;
use crate::{
    ItemPatch,
    marks::{without_box, without_mark},
    platform::rows,
    session::Session,
    words::{count, fill, words},
};

/// The most lines that one paste adds.
const MOST: usize = 500;
/// So many lines the preview shows.
const SHOWN: usize = 6;

/// The items that a text of several lines means: `None` if it is one line, which is a text to be
/// typed on. Marks of lists are taken off, `- [x]` is ticked, and `# ` begins a section.
pub(super) fn read(text: &str) -> Option<Vec<ItemPatch>> {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    lines.clone().nth(1)?;
    Some(lines.by_ref().filter_map(read_line).collect())
}

/// The item that a line means; `None` if nothing is left of it.
pub(super) fn read_line(line: &str) -> Option<ItemPatch> {
    let line = line.trim();
    if let Some(title) = section(line) {
        return Some(ItemPatch::section(title));
    }
    let (isdone, text) = without_box(without_mark(line).trim_start());
    let text = text.trim();
    (!text.is_empty()).then(|| ItemPatch {
        isdone: isdone.then_some(true),
        ..ItemPatch::shortdesc(text)
    })
}

/// The title after `# `, however many of them.
pub(super) fn section(line: &str) -> Option<&str> {
    let title = line.trim_start_matches('#').strip_prefix(' ')?.trim();
    (line.starts_with('#') && !title.is_empty()).then_some(title)
}

/// Shows what a pasted text would add, and asks.
#[component]
pub(super) fn PastePreview(
    session: Session,
    pasted: RwSignal<Option<Vec<ItemPatch>>>,
) -> impl IntoView {
    move || {
        let items = pasted.get()?;
        Some(view! { <Preview session items pasted/> })
    }
}

#[component]
fn Preview(
    session: Session,
    mut items: Vec<ItemPatch>,
    pasted: RwSignal<Option<Vec<ItemPatch>>>,
) -> impl IntoView {
    let words = words();
    let dialog = NodeRef::<html::Dialog>::new();
    let problem = RwSignal::new(None::<Refusal>);
    Effect::new(move |_| {
        if let Some(dialog) = dialog.get()
            && !dialog.open()
        {
            // It only fails when it is open already.
            let _ = dialog.show_modal();
        }
    });
    let is_cut = items.len() > MOST;
    items.truncate(MOST);
    let question = count(words.paste_question, items.len());
    let lines = items.iter().take(SHOWN).map(|item| {
        let class = match (item.issection, item.isdone) {
            (Some(true), _) => "section",
            (_, Some(true)) => "completed",
            _ => "",
        };
        let text = item.shortdesc.clone().unwrap_or_default();
        view! { <li class=class dir="auto">{text}</li> }
    });
    let lines = lines.collect_view();
    let more = items.len().saturating_sub(SHOWN);
    // The browser gives the focus back to where it was.
    let close = move || {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    let add = move |_| match session.add_all(items.clone()) {
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
            <h2 id="paste-title">{question}</h2>
            <ul>{lines}</ul>
            {(more > 0).then(|| view! { <p>{fill(words.paste_more, more)}</p> })}
            {is_cut.then(|| view! { <p>{fill(words.paste_too_many, MOST)}</p> })}
            <Problem problem/>
            <div class="choices">
                <button type="button" class="button" on:click=move |_| close()>
                    {words.cancel}
                </button>
                <button type="button" class="button primary" autofocus on:click=add>
                    {words.add_them}
                </button>
            </div>
        </dialog>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(text: &str) -> ItemPatch {
        ItemPatch::shortdesc(text)
    }

    fn done(text: &str) -> ItemPatch {
        ItemPatch {
            isdone: Some(true),
            ..item(text)
        }
    }

    #[test]
    fn one_line_is_no_list() {
        assert_eq!(read("- milk"), None);
        assert_eq!(read("\n milk \n\n"), None);
    }

    #[test]
    fn marks_of_lists_are_taken_off() {
        let text = "- milk\r\n* bread\n+ salt\n  1. eggs\n23) tea\n• jam\n\nplain\n-\n";
        let items = ["milk", "bread", "salt", "eggs", "tea", "jam", "plain"];
        assert_eq!(read(text), Some(items.map(item).to_vec()));
    }

    #[test]
    fn boxes_say_what_is_done() {
        let text = "- [ ] milk\n- [x] bread\n* [X] salt\n[x] tea";
        let items = vec![item("milk"), done("bread"), done("salt"), done("tea")];
        assert_eq!(read(text), Some(items));
    }

    #[test]
    fn headings_are_sections() {
        let text = "# Dairy\nmilk\n## Fruit\n#1 of all";
        let section = |text: &str| ItemPatch::section(text);
        let items = vec![
            section("Dairy"),
            item("milk"),
            section("Fruit"),
            item("#1 of all"),
        ];
        assert_eq!(read(text), Some(items));
    }

    #[test]
    fn what_only_looks_like_a_mark_stays() {
        for text in [
            "-5 degrees",
            "1.5 l milk",
            "2026. A year",
            "*important*",
            "3 eggs",
        ] {
            assert_eq!(read_line(text), Some(item(text)));
        }
    }
}
