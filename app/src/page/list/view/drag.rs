//! Dragging rows.

use leptos::{
    ev::{self, PointerEvent},
    prelude::*,
};
use sync::Place;
use uuid::Uuid;

use super::visible_rows::VisibleRows;
use crate::{
    page::parts::key,
    platform::{DropTarget, rows},
};

/// Distance from the edge of the window at which a drag scrolls the page, in pixels.
const SCROLL_EDGE_PX: i32 = 72;
/// How far the pointer moves before a press becomes a drag, in pixels.
const DRAG_THRESHOLD_PX: i32 = 4;

/// A row that is being dragged, and where it would go.
#[derive(Clone, Copy)]
pub(crate) struct Drag {
    visible: VisibleRows,
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
    /// Escape cancels a drag until the calling component is disposed.
    pub(crate) fn new(visible: VisibleRows) -> Self {
        let drag = Self {
            visible,
            now: StoredValue::new(None),
        };
        Effect::new(move |_| {
            let keys = window_event_listener(ev::keydown, move |event| {
                if key(&event) == "Escape" {
                    drag.give_up();
                }
            });
            on_cleanup(move || keys.remove());
        });
        drag
    }

    /// Starts to drag the row whose handle is pressed, if one is.
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
        if dragged.to.is_none() && (y - dragged.from).abs() < DRAG_THRESHOLD_PX {
            return;
        }
        // Over no row, the last target stays.
        let to = rows::at(y).or(dragged.to);
        if dragged.to != to {
            rows::mark_target(to);
        }
        self.now.set_value(Some(Dragged { y, to, ..dragged }));
    }

    /// Scrolls while the pointer is at the edge of the window, even if it does not move.
    fn scroll(self) {
        request_animation_frame(move || {
            if let Some(Dragged { y, to, .. }) = self.now() {
                // A press without movement is not a drag yet.
                if to.is_some() && rows::scroll_at_edge(y, SCROLL_EDGE_PX) {
                    self.aim(y);
                }
                self.scroll();
            }
        });
    }

    /// Drops the row.
    pub(crate) fn end(self) {
        if let Some(Dragged {
            id, to: Some(to), ..
        }) = self.now()
            && to.id != id
        {
            if to.behind {
                self.visible.put(id, Place::After(to.id));
            } else {
                self.visible.put_before(id, to.id);
            }
        }
        self.give_up();
    }

    /// Cancels the drag.
    pub(crate) fn give_up(self) {
        if self.now.try_update_value(Option::take).flatten().is_some() {
            rows::set_dragged(None);
            rows::mark_target(None);
        }
    }
}
