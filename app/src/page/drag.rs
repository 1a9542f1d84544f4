//! Moving rows by dragging them. The buttons and keys that move a row do the same.

use leptos::{ev::PointerEvent, prelude::*};
use sync::Place;
use uuid::Uuid;

use crate::{platform::rows, session::Session};

/// So near to the edge of the window, in pixels, the page scrolls under a drag.
const EDGE: i32 = 72;

/// A row that is being dragged, and where it would go.
#[derive(Clone, Copy)]
pub(super) struct Drag {
    session: Session,
    now: StoredValue<Option<Dragged>>,
}

#[derive(Clone, Copy)]
struct Dragged {
    id: Uuid,
    to: Option<Target>,
}

/// The row beside which a dragged one would stand.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Target {
    /// The row.
    pub(crate) id: Uuid,
    /// Behind it, or before it.
    pub(crate) behind: bool,
}

impl Drag {
    pub(super) fn new(session: Session) -> Self {
        Self {
            session,
            now: StoredValue::new(None),
        }
    }

    /// Takes up the row whose handle is pressed, if one is.
    pub(super) fn begin(self, event: &PointerEvent) {
        if event.button() == 0
            && let Some(id) = rows::of_handle(event)
        {
            self.now.set_value(Some(Dragged { id, to: None }));
            rows::set_dragged(Some(id));
        }
    }

    /// Shows where the row would go.
    pub(super) fn over(self, event: &PointerEvent) {
        let Some(dragged) = self.now.get_value() else {
            return;
        };
        rows::scroll_at_edge(event.client_y(), EDGE);
        // Over nothing, it would go where it would have gone before.
        let Some(to) = rows::at(event.client_y()) else {
            return;
        };
        if dragged.to != Some(to) {
            rows::mark_target(Some(to));
            self.now.set_value(Some(Dragged {
                to: Some(to),
                ..dragged
            }));
        }
    }

    /// Puts the row there.
    pub(super) fn end(self) {
        if let Some(Dragged { id, to: Some(to) }) = self.now.get_value()
            && to.id != id
        {
            match to.behind {
                true => self.session.relocate(id, Place::After(to.id)),
                false => self.session.move_before(id, to.id),
            }
        }
        self.give_up();
    }

    /// Leaves the row where it was.
    pub(super) fn give_up(self) {
        if self.now.get_value().is_some() {
            self.now.set_value(None);
            rows::set_dragged(None);
            rows::mark_target(None);
        }
    }
}
