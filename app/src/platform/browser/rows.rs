//! The rows in the browser's document, and the keys and pointers on them.

use leptos::prelude::{document, request_animation_frame, window};
use uuid::Uuid;
use wasm_bindgen::JsCast;
use web_sys::{
    ClipboardEvent, Element, Event, HtmlDialogElement, HtmlElement, HtmlInputElement, InputEvent,
    PointerEvent, ScrollIntoViewOptions, ScrollLogicalPosition,
};

use crate::platform::DropTarget;

pub(super) const FIELD: &str = ".new-todo";
const LIST: &str = ".todo-list";

/// Whether a key was pressed where something is being typed or chosen. The empty field for new items is
/// no such place.
pub(crate) fn is_typing(event: &Event) -> bool {
    // An open dialog gets all keys, wherever the focus is.
    is_within(event, "[popover]")
        || find("dialog[open]").is_some()
        || is_within(event, "input:not([type=checkbox]), textarea, select")
            && !is_in_empty_field(event)
}

/// Whether a key was pressed in the empty field for new items.
pub(crate) fn is_in_empty_field(event: &Event) -> bool {
    // The browser itself can undo what was typed and removed.
    is_within(event, ".new-todo:placeholder-shown:not([data-typed])")
}

fn is_within(event: &Event, selector: &str) -> bool {
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok());
    target.is_some_and(|target| target.closest(selector).is_ok_and(|found| found.is_some()))
}

/// Returns the number of matching elements in the document.
pub(crate) fn count(selector: &str) -> usize {
    let found = document().query_selector_all(selector);
    found.map_or(0, |found| found.length() as usize)
}

/// Tells the page's script that nodes are missing.
pub(crate) fn report_lost() {
    if let Ok(event) = Event::new("nodeslost") {
        // It only fails while the event is being dispatched.
        let _ = window().dispatch_event(&event);
    }
}

/// Whether there is a row on the screen, or could be.
pub(crate) fn are_shown() -> bool {
    find(LIST).is_some()
}

/// Scrolls the row into view.
pub(crate) fn reveal(id: Uuid) {
    request_animation_frame(move || {
        if let Some(row) = in_row(id, "") {
            let options = ScrollIntoViewOptions::new();
            options.set_block(ScrollLogicalPosition::Nearest);
            row.scroll_into_view_with_scroll_into_view_options(&options);
        }
    });
}

/// Clicks the control of a row that the key stands for.
pub(crate) fn click(id: Uuid, key: &str) {
    let control = match key {
        "x" => ".toggle",
        "e" => ".edit-button",
        _ => ".destroy",
    };
    if let Some(control) = in_row(id, control) {
        control.click();
    }
}

/// Whether the event's dialog is still on the page and closed.
pub(crate) fn is_closed(event: &Event) -> bool {
    let dialog = event.target();
    let dialog = dialog.and_then(|dialog| dialog.dyn_into::<HtmlDialogElement>().ok());
    dialog.is_some_and(|dialog| dialog.is_connected() && !dialog.open())
}

/// Sets the event's checkbox to the given state.
pub(crate) fn set_checked(event: &Event, checked: bool) {
    if let Some(pressed) = input_of(event) {
        pressed.set_checked(checked);
    }
}

/// Returns the date in a date field, blank if it is empty. Returns `None` for an incomplete date.
pub(crate) fn day_of(event: &Event) -> Option<String> {
    let field = input_of(event)?;
    (!field.validity().bad_input()).then(|| field.value())
}

fn input_of(event: &Event) -> Option<HtmlInputElement> {
    event.target()?.dyn_into().ok()
}

/// Returns the pasted text.
pub(crate) fn pasted_text(event: &ClipboardEvent) -> Option<String> {
    event.clipboard_data()?.get_data("text").ok()
}

/// Returns the text that is inserted into a field, if the event has it.
pub(crate) fn inserted_text(event: &Event) -> Option<String> {
    let event = event.dyn_ref::<InputEvent>()?;
    let dropped = || event.data_transfer()?.get_data("text").ok();
    event.data().or_else(dropped)
}

/// Puts a text into the field for new items, as typing it would.
pub(crate) fn type_into_field(text: &str) {
    let field = find(FIELD).and_then(|field| field.dyn_into::<HtmlInputElement>().ok());
    if let (Some(field), Ok(event)) = (field, Event::new("input")) {
        // They only fail for fields of other kinds, and for events that are being dispatched.
        let _ = field.set_range_text(text);
        let _ = field.dispatch_event(&event);
    }
}

/// Returns the row whose handle was pressed, and captures the pointer.
pub(crate) fn of_handle(event: &PointerEvent) -> Option<Uuid> {
    let target = event.target()?.dyn_into::<Element>().ok()?;
    let handle = target.closest(".handle").ok()??;
    // Otherwise the press would start a text selection.
    event.prevent_default();
    // Its events now follow the pointer everywhere.
    let _ = handle.set_pointer_capture(event.pointer_id());
    id_of(&handle)
}

/// Returns the row at a height in the window, and the half of it.
pub(crate) fn at(y: i32) -> Option<DropTarget> {
    let list = find(LIST)?.get_bounding_client_rect();
    #[expect(clippy::cast_possible_truncation, reason = "a place on the screen")]
    let x = (list.left() + list.width() / 2.0) as f32;
    #[expect(clippy::cast_precision_loss, reason = "a place on the screen")]
    let row = document().element_from_point(x, y as f32)?;
    let row = row.closest("[data-id]").ok()??;
    let place = row.get_bounding_client_rect();
    Some(DropTarget {
        id: id_of(&row)?,
        behind: f64::from(y) > place.top() + place.height() / 2.0,
    })
}

/// Marks the row that is dragged.
pub(crate) fn set_dragged(id: Option<Uuid>) {
    mark("data-dragged", id.map(|id| (id, "")));
}

/// Marks where the dragged row would go.
pub(crate) fn mark_target(target: Option<DropTarget>) {
    let mark_of = |target: DropTarget| {
        if target.behind {
            (target.id, "behind")
        } else {
            (target.id, "before")
        }
    };
    mark("data-drop", target.map(mark_of));
}

/// Scrolls the page if the pointer is at the edge of the window. Returns whether it is.
pub(crate) fn scroll_at_edge(y: i32, edge: i32) -> bool {
    let window = leptos::prelude::window();
    let height = window
        .inner_height()
        .ok()
        .and_then(|height| height.as_f64());
    #[expect(clippy::cast_possible_truncation, reason = "a place on the screen")]
    let height = height.unwrap_or_default() as i32;
    let past = match y {
        y if y < edge => y - edge,
        y if y > height - edge => y - (height - edge),
        _ => return false,
    };
    window.scroll_by_with_x_and_y(0.0, f64::from(past) / 4.0);
    true
}

/// Sets an attribute on one row, and removes it from the previous one.
fn mark(name: &str, row: Option<(Uuid, &str)>) {
    if let Some(old) = find(&format!("[{name}]")) {
        let _ = old.remove_attribute(name);
    }
    if let Some((id, value)) = row
        && let Some(row) = in_row(id, "")
    {
        let _ = row.set_attribute(name, value);
    }
}

pub(super) fn id_of(element: &Element) -> Option<Uuid> {
    let row = element.closest("[data-id]").ok()??;
    row.get_attribute("data-id")?.parse().ok()
}

/// Returns the first match within a row, or the row itself for an empty selector.
pub(super) fn in_row(id: Uuid, selector: &str) -> Option<HtmlElement> {
    find(&format!("[data-id='{id}'] {selector}"))
}

pub(super) fn find(selector: &str) -> Option<HtmlElement> {
    let found = document().query_selector(selector).ok()??;
    Some(found.unchecked_into())
}
