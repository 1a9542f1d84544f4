//! Where the focus is, and where it goes when what has it goes: it is never lost.

use std::cell::Cell;

use leptos::prelude::{document, queue_microtask, request_animation_frame};
use uuid::Uuid;
use wasm_bindgen::JsCast;
use web_sys::{Element, FocusOptions, HtmlElement, HtmlInputElement, MouseEvent};

use super::rows::{FIELD, find, id_of, in_row};

thread_local! {
    static MOVING: Cell<bool> = const { Cell::new(false) };
    static CARET: Cell<Option<u32>> = const { Cell::new(None) };
}

const EDITOR: &str = ".edit";
/// What has the focus when a row has it: where nothing may be ticked, what opens its details.
const CONTROL: &str = ":is(.toggle:enabled, .collapse, .toggle:disabled ~ .details-button)";

/// The row that has the focus.
pub(crate) fn row() -> Option<Uuid> {
    id_of(&document().active_element()?)
}

/// Whether nothing has the focus.
pub(crate) fn is_free() -> bool {
    find(":focus").is_none()
}

/// Gives the focus to a row.
pub(crate) fn give(id: Uuid) {
    if let Some(control) = in_row(id, CONTROL) {
        let _ = control.focus();
    }
}

/// Gives it back to a row, unless something else has it by now.
pub(crate) fn give_back(id: Uuid) {
    request_animation_frame(move || {
        if find(":focus").is_none() {
            give(id);
        }
    });
}

/// Keeps the focus where it is while rows come, go or are put elsewhere, which is about to happen: a
/// row that is put elsewhere is made anew. If the one that has the focus goes, the next one gets it;
/// but if somebody is typing in it, what they type on must not work on the next one.
pub(crate) fn keep() {
    let Some((row, class, caret)) = find(".todo-list :focus").and_then(|focused| {
        let class = focused.class_name();
        let class = [".", class.split(' ').next_back()?].concat();
        let row = focused.closest("[data-id]").ok()??;
        let field = focused.dyn_into::<HtmlInputElement>().ok();
        // Boxes to tick have none.
        let caret = field.and_then(|field| field.selection_start().ok()?);
        Some((row, class, caret))
    }) else {
        return;
    };
    let Some(id) = id_of(&row) else { return };
    // Those that stay are not made anew; those that have gone are connected to nothing.
    let below = siblings(&row, Element::next_element_sibling);
    let above = siblings(&row, Element::previous_element_sibling);
    MOVING.set(true);
    CARET.set(caret);
    queue_microtask(move || {
        MOVING.set(false);
        if find(":focus").is_some() {
            CARET.take();
            return;
        }
        let neighbour = || {
            let mut neighbours = below.iter().chain(&above);
            let next = neighbours.find(|row| row.is_connected())?;
            in_row(id_of(next)?, CONTROL)
        };
        let same = in_row(id, &class);
        if same.is_none() && class == EDITOR {
            pass(".notice .draft");
        } else if let Some(control) = same.or_else(neighbour) {
            give_in_place(&control);
        } else {
            give_somewhere();
        }
    });
}

fn siblings(row: &Element, next: fn(&Element) -> Option<Element>) -> Vec<Element> {
    std::iter::successors(next(row), next).collect()
}

/// A row that may be ticked or looked at.
pub(crate) const A_ROW: &str = ".todo-list :is(.toggle:enabled, .details-button)";

/// What had the focus is about to go. Soon this gets it, if it is there by then and nothing else has
/// it; or else what is always there.
pub(crate) fn pass(selector: &'static str) {
    request_animation_frame(move || {
        if find(":focus").is_some() {
            return;
        }
        match find(selector) {
            Some(control) => give_in_place(&control),
            None => give_somewhere(),
        }
    });
}

/// The same, if the button that goes was pressed by a key: who has clicked does not look for the focus,
/// and what they type next must not work on a row.
pub(crate) fn pass_from(event: &MouseEvent, selector: &'static str) {
    if event.detail() == 0 {
        pass(selector);
    }
}

/// Not to the field where there is a keyboard on the screen, which would jump up.
fn give_somewhere() {
    let media = leptos::prelude::window().match_media("(hover: hover)");
    let hovers = media.ok().flatten().is_some_and(|media| media.matches());
    let field = hovers.then(|| find(FIELD)).flatten();
    if let Some(control) = field.or_else(|| find(".more")) {
        give_in_place(&control);
    }
}

fn give_in_place(control: &HtmlElement) {
    let options = FocusOptions::new();
    options.set_prevent_scroll(true);
    let _ = control.focus_with_options(&options);
}

/// Whether a field that loses the focus does so because its row is moved.
pub(crate) fn is_moving() -> bool {
    MOVING.get()
}

/// Where the caret was in a field that was made anew because its row is moved; tells it once.
pub(crate) fn take_caret() -> Option<u32> {
    CARET.take()
}

/// Gives the focus to the field for new items, if there is one.
pub(crate) fn give_to_field() -> bool {
    let field = find(FIELD);
    field.is_some_and(|field| field.focus().is_ok())
}

/// Gives the focus to the search, once it is there.
pub(crate) fn give_to_search() {
    request_animation_frame(|| {
        if let Some(search) = find(".search input") {
            let _ = search.focus();
            search.unchecked_into::<HtmlInputElement>().select();
        }
    });
}
