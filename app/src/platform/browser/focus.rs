//! Where the focus is, and where it moves when the focused element is removed. It is never lost.

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
/// The control of a row that gets the focus: its checkbox, or its details button if the list is
/// view-only.
const CONTROL: &str = ":is(.toggle:enabled, .collapse, .toggle:disabled ~ .details-button)";

/// Returns the row that has the focus.
pub(crate) fn row() -> Option<Uuid> {
    id_of(&document().active_element()?)
}

/// Whether nothing has the focus.
pub(crate) fn is_free() -> bool {
    find(":focus").is_none()
}

/// Moves the focus to a row.
pub(crate) fn give(id: Uuid) {
    if let Some(control) = in_row(id, CONTROL) {
        let _ = control.focus();
    }
}

/// Moves the focus back to a row in the next frame, unless something else has it by then.
pub(crate) fn give_back(id: Uuid) {
    request_animation_frame(move || {
        if find(":focus").is_none() {
            give(id);
        }
    });
}

/// Keeps the focus while rows are about to be added, removed or moved (a moved row is built anew).
/// If the focused row is removed, the next one gets the focus, unless someone is typing in it:
/// further keys must not act on another row.
pub(crate) fn keep() {
    let Some((row, class, caret)) = find(".todo-list :focus").and_then(|focused| {
        let class = focused.class_name();
        let class = [".", class.split(' ').next_back()?].concat();
        let row = focused.closest("[data-id]").ok()??;
        let field = focused.dyn_into::<HtmlInputElement>().ok();
        // Checkboxes have none.
        let caret = field.and_then(|field| field.selection_start().ok()?);
        Some((row, class, caret))
    }) else {
        return;
    };
    let Some(id) = id_of(&row) else { return };
    // Rows that stay keep their elements; those of removed rows are disconnected.
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

/// The first control of any row.
pub(crate) const A_ROW: &str = ".todo-list :is(.toggle:enabled, .details-button)";

/// Moves the focus to `selector` in the next frame, because the focused element is being removed.
/// Falls back to an element that is always there; does nothing if something else has the focus by
/// then.
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

/// Moves the focus like [`pass`] if the button was pressed by key. After a click nobody looks for
/// the focus, and the next key must not act on a row.
pub(crate) fn pass_from(event: &MouseEvent, selector: &'static str) {
    if event.detail() == 0 {
        pass(selector);
    }
}

/// Moves the focus to an element that is always there. On touch screens not to the field, which
/// would open the keyboard.
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

/// Whether rows are being moved, so that a field loses the focus without being left.
pub(crate) fn is_moving() -> bool {
    MOVING.get()
}

/// Returns, once, where the caret was in a field that was built anew because its row was moved.
pub(crate) fn take_caret() -> Option<u32> {
    CARET.take()
}

/// Moves the focus to the field for new items, if there is one.
pub(crate) fn give_to_field() -> bool {
    let field = find(FIELD);
    field.is_some_and(|field| field.focus().is_ok())
}

/// Moves the focus to the search field in the next frame.
pub(crate) fn give_to_search() {
    request_animation_frame(|| {
        if let Some(search) = find(".search input") {
            let _ = search.focus();
            search.unchecked_into::<HtmlInputElement>().select();
        }
    });
}
