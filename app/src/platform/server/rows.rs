//! Where pages are rendered, there are no rows on a screen.

use uuid::Uuid;

use crate::platform::DropTarget;

pub(crate) fn is_typing<E>(_event: &E) -> bool {
    false
}

pub(crate) fn is_in_empty_field<E>(_event: &E) -> bool {
    false
}

pub(crate) fn count(_selector: &str) -> usize {
    0
}

pub(crate) fn report_lost() {}

pub(crate) fn are_shown() -> bool {
    false
}

pub(crate) fn reveal(_id: Uuid) {}

pub(crate) fn click(_id: Uuid, _key: &str) {}

pub(crate) fn is_closed<E>(_event: &E) -> bool {
    true
}

pub(crate) fn set_checked<E>(_event: &E, _checked: bool) {}

pub(crate) fn day_of<E>(_event: &E) -> Option<String> {
    None
}

pub(crate) fn pasted_text<E>(_event: &E) -> Option<String> {
    None
}

pub(crate) fn inserted_text<E>(_event: &E) -> Option<String> {
    None
}

pub(crate) fn type_into_field(_text: &str) {}

pub(crate) fn of_handle<E>(_event: &E) -> Option<Uuid> {
    None
}

pub(crate) fn at(_y: i32) -> Option<DropTarget> {
    None
}

pub(crate) fn set_dragged(_id: Option<Uuid>) {}

pub(crate) fn mark_target(_target: Option<DropTarget>) {}

pub(crate) fn scroll_at_edge(_y: i32, _edge: i32) -> bool {
    false
}
