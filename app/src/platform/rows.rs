//! The rows on the screen, as the browser has them: which one has the focus, which one is under the
//! pointer.

use std::cell::Cell;

use leptos::prelude::{document, queue_microtask};
use uuid::Uuid;
use wasm_bindgen::JsCast;
use web_sys::{
    ClipboardEvent, Element, Event, FocusOptions, HtmlDialogElement, HtmlElement, HtmlInputElement,
    PointerEvent, ScrollIntoViewOptions, ScrollLogicalPosition,
};

use crate::page::Target;

/// Where a key was pressed.
pub(crate) enum Press {
    /// Where something is being typed or chosen.
    Typing,
    /// In the field for new items, in which nothing stands yet.
    EmptyField,
    /// Anywhere else.
    Elsewhere,
}

thread_local! {
    static MOVING: Cell<bool> = const { Cell::new(false) };
    static CARET: Cell<Option<u32>> = const { Cell::new(None) };
}

const FIELD: &str = ".new-todo";
const LIST: &str = ".todo-list";
/// What has the focus when a row has it: where nothing may be ticked, what opens its details.
const CONTROL: &str = ":is(.toggle:enabled, .collapse, .toggle:disabled ~ .details-button)";

/// Where a key was pressed.
pub(crate) fn press(event: &Event) -> Press {
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok());
    let Some(target) = target else {
        return Press::Elsewhere;
    };
    let is = |selector| target.closest(selector).is_ok_and(|found| found.is_some());
    // A dialog has the keys, be the focus in it or nowhere.
    if is("[popover]") || find("dialog[open]").is_some() {
        return Press::Typing;
    }
    match is("input:not([type=checkbox]), textarea, select") {
        // What was typed and taken away again, the browser can bring back.
        true if is(FIELD) && is(":placeholder-shown:not([data-typed])") => Press::EmptyField,
        true => Press::Typing,
        false => Press::Elsewhere,
    }
}

/// Whether there is a row on the screen, or could be.
pub(crate) fn are_shown() -> bool {
    find(LIST).is_some()
}

/// The row that has the focus.
pub(crate) fn focused() -> Option<Uuid> {
    id_of(&document().active_element()?)
}

/// Gives the focus to a row.
pub(crate) fn focus(id: Uuid) {
    if let Some(control) = in_row(id, CONTROL) {
        let _ = control.focus();
    }
}

/// Gives it back to a row, unless something else has it by now.
pub(crate) fn focus_again(id: Uuid) {
    leptos::prelude::request_animation_frame(move || {
        if find(":focus").is_none() {
            focus(id);
        }
    });
}

/// Keeps the focus where it is while rows come, go or are put elsewhere, which is about to happen: a
/// row that is put elsewhere is made anew. If the one that has the focus goes, the next one gets it.
pub(crate) fn keep_focus() {
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
        if let Some(control) = in_row(id, &class).or_else(neighbour) {
            focus_in_place(&control);
        } else {
            focus_somewhere();
        }
    });
}

fn siblings(row: &Element, next: fn(&Element) -> Option<Element>) -> Vec<Element> {
    std::iter::successors(next(row), next).collect()
}

/// What had the focus is about to go. Soon this gets it, if it is there by then and nothing else has
/// it; or else what is always there.
pub(crate) fn pass_focus(selector: &'static str) {
    leptos::prelude::request_animation_frame(move || {
        if find(":focus").is_some() {
            return;
        }
        match find(selector) {
            Some(control) => focus_in_place(&control),
            None => focus_somewhere(),
        }
    });
}

/// Not to the field where there is a keyboard on the screen, which would jump up.
fn focus_somewhere() {
    let media = leptos::prelude::window().match_media("(hover: hover)");
    let hovers = media.ok().flatten().is_some_and(|media| media.matches());
    let field = hovers.then(|| find(FIELD)).flatten();
    if let Some(control) = field.or_else(|| find(".more")) {
        focus_in_place(&control);
    }
}

fn focus_in_place(control: &HtmlElement) {
    let options = FocusOptions::new();
    options.set_prevent_scroll(true);
    let _ = control.focus_with_options(&options);
}

/// Scrolls until the row is on the screen.
pub(crate) fn reveal(id: Uuid) {
    leptos::prelude::request_animation_frame(move || {
        if let Some(row) = in_row(id, "") {
            let options = ScrollIntoViewOptions::new();
            options.set_block(ScrollLogicalPosition::Nearest);
            row.scroll_into_view_with_scroll_into_view_options(&options);
        }
    });
}

/// Whether a field that loses the focus does so because its row is moved.
pub(crate) fn are_moving() -> bool {
    MOVING.get()
}

/// Where the caret was in a field that was made anew because its row is moved; tells it once.
pub(crate) fn take_caret() -> Option<u32> {
    CARET.take()
}

/// Gives the focus to the field for new items, if there is one.
pub(crate) fn focus_field() -> bool {
    let field = find(FIELD);
    field.is_some_and(|field| field.focus().is_ok())
}

/// Gives the focus to the search, once it is there.
pub(crate) fn focus_search() {
    leptos::prelude::request_animation_frame(|| {
        if let Some(search) = find(".search input") {
            let _ = search.focus();
            search.unchecked_into::<HtmlInputElement>().select();
        }
    });
}

/// Opens the help.
pub(crate) fn show_help() -> bool {
    let help = find("dialog.help");
    help.is_some_and(|help| {
        help.unchecked_into::<HtmlDialogElement>()
            .show_modal()
            .is_ok()
    })
}

/// Presses the control of a row that the key stands for.
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

/// Shows a box that was pressed as it is.
pub(crate) fn set_checked(event: &Event, checked: bool) {
    if let Some(pressed) = input_of(event) {
        pressed.set_checked(checked);
    }
}

/// The day that stands in a field for one, blank if there is none; `None` if it is no whole day.
pub(crate) fn day_of(event: &Event) -> Option<String> {
    let field = input_of(event)?;
    (!field.validity().bad_input()).then(|| field.value())
}

fn input_of(event: &Event) -> Option<HtmlInputElement> {
    event.target()?.dyn_into().ok()
}

/// The text that is pasted.
pub(crate) fn pasted_text(event: &ClipboardEvent) -> Option<String> {
    event.clipboard_data()?.get_data("text").ok()
}

/// The row whose handle is pressed.
pub(crate) fn of_handle(event: &PointerEvent) -> Option<Uuid> {
    let target = event.target()?.dyn_into::<Element>().ok()?;
    let handle = target.closest(".handle").ok()??;
    // Else the press would begin to select text.
    event.prevent_default();
    // From here on it hears of the pointer, wherever that goes.
    let _ = handle.set_pointer_capture(event.pointer_id());
    id_of(&handle)
}

/// The row at a height of the window, and in which half of it that is.
pub(crate) fn at(y: i32) -> Option<Target> {
    let list = find(LIST)?.get_bounding_client_rect();
    #[expect(clippy::cast_possible_truncation, reason = "a place on the screen")]
    let x = (list.left() + list.width() / 2.0) as f32;
    #[expect(clippy::cast_precision_loss, reason = "a place on the screen")]
    let row = document().element_from_point(x, y as f32)?;
    let row = row.closest("[data-id]").ok()??;
    let place = row.get_bounding_client_rect();
    Some(Target {
        id: id_of(&row)?,
        behind: f64::from(y) > place.top() + place.height() / 2.0,
    })
}

/// Marks the row that is dragged.
pub(crate) fn set_dragged(id: Option<Uuid>) {
    mark("data-dragged", id.map(|id| (id, "")));
}

/// Marks where the dragged row would go.
pub(crate) fn mark_target(target: Option<Target>) {
    let mark_of = |target: Target| match target.behind {
        true => (target.id, "behind"),
        false => (target.id, "before"),
    };
    mark("data-drop", target.map(mark_of));
}

/// Scrolls the page, if the pointer is at the edge of the window; answers whether it is.
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

/// Sets an attribute on one row, and takes it from all others.
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

fn id_of(element: &Element) -> Option<Uuid> {
    let row = element.closest("[data-id]").ok()??;
    row.get_attribute("data-id")?.parse().ok()
}

/// What is selected in a row; the row itself if nothing is.
fn in_row(id: Uuid, selector: &str) -> Option<HtmlElement> {
    find(&format!("[data-id='{id}'] {selector}"))
}

fn find(selector: &str) -> Option<HtmlElement> {
    let found = document().query_selector(selector).ok()??;
    Some(found.unchecked_into())
}
