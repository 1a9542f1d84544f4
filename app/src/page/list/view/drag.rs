//! Moving rows by dragging them. The buttons and keys that move a row do the same.

use leptos::{
    ev::{self, PointerEvent},
    prelude::*,
};
use sync::Place;
use uuid::Uuid;

use super::visible_rows::Shown;
use crate::platform::{DropTarget, rows};

/// So near to the edge of the window, in pixels, the page scrolls under a drag.
const EDGE: i32 = 72;
/// So far, in pixels, the pointer goes before a press is a drag.
const LEAST: i32 = 4;

/// A row that is being dragged, and where it would go.
#[derive(Clone, Copy)]
pub(crate) struct Drag {
    shown: Shown,
    now: StoredValue<Option<Dragged>>,
}

#[derive(Clone, Copy)]
struct Dragged {
    id: Uuid,
    /// Where the pointer was pressed, and where it is now, in the window.
    from: i32,
    y: i32,
    to: Option<DropTarget>,
}

impl Drag {
    /// Escape lets go of what is dragged, as long as the component lives that calls this.
    pub(crate) fn new(shown: Shown) -> Self {
        let drag = Self {
            shown,
            now: StoredValue::new(None),
        };
        Effect::new(move |_| {
            let keys = window_event_listener(ev::keydown, move |event| {
                if event.key() == "Escape" {
                    drag.give_up();
                }
            });
            on_cleanup(move || keys.remove());
        });
        drag
    }

    /// Takes up the row whose handle is pressed, if one is.
    pub(crate) fn begin(self, event: &PointerEvent) {
        if event.button() == 0
            && let Some(id) = rows::of_handle(event)
        {
            let y = event.client_y();
            self.now.set_value(Some(Dragged {
                id,
                from: y,
                y,
                to: None,
            }));
            rows::set_dragged(Some(id));
            self.scroll();
        }
    }

    /// The browser may still tell of a pointer when the rows are gone, and the drag with them.
    fn now(self) -> Option<Dragged> {
        self.now.try_get_value().flatten()
    }

    /// Shows where the row would go.
    pub(crate) fn over(self, event: &PointerEvent) {
        self.aim(event.client_y());
    }

    fn aim(self, y: i32) {
        let Some(dragged) = self.now() else {
            return;
        };
        if dragged.to.is_none() && (y - dragged.from).abs() < LEAST {
            return;
        }
        // Over nothing, it would go where it would have gone before.
        let to = rows::at(y).or(dragged.to);
        if dragged.to != to {
            rows::mark_target(to);
        }
        self.now.set_value(Some(Dragged { y, to, ..dragged }));
    }

    /// Scrolls at the edge of the window for as long as the pointer is there, be it at rest.
    fn scroll(self) {
        request_animation_frame(move || {
            if let Some(Dragged { y, to, .. }) = self.now() {
                // A press that has not moved is no drag yet.
                if to.is_some() && rows::scroll_at_edge(y, EDGE) {
                    self.aim(y);
                }
                self.scroll();
            }
        });
    }

    /// Puts the row there.
    pub(crate) fn end(self) {
        if let Some(Dragged {
            id, to: Some(to), ..
        }) = self.now()
            && to.id != id
        {
            if to.behind {
                self.shown.put(id, Place::After(to.id));
            } else {
                self.shown.put_before(id, to.id);
            }
        }
        self.give_up();
    }

    /// Leaves the row where it was.
    pub(crate) fn give_up(self) {
        if self.now.try_update_value(Option::take).flatten().is_some() {
            rows::set_dragged(None);
            rows::mark_target(None);
        }
    }
}
