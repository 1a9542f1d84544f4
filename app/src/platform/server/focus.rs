//! Where pages are rendered, nothing has the focus.

use uuid::Uuid;

pub(crate) const A_ROW: &str = "";

pub(crate) fn pass_from<E>(_event: &E, _selector: &'static str) {}

pub(crate) fn row() -> Option<Uuid> {
    None
}

pub(crate) fn is_free() -> bool {
    false
}

pub(crate) fn give(_id: Uuid) {}

pub(crate) fn give_back(_id: Uuid) {}

pub(crate) fn keep() {}

pub(crate) fn pass(_selector: &'static str) {}

pub(crate) fn is_moving() -> bool {
    false
}

pub(crate) fn take_caret() -> Option<u32> {
    None
}

pub(crate) fn give_to_field() -> bool {
    false
}

pub(crate) fn give_to_search() {}
