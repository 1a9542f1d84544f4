//! The rows on the screen, in order: what keys and buttons mean by the next one.

use leptos::prelude::*;
use sync::Place;
use uuid::Uuid;

use crate::session::Session;

/// The rows on the screen, in order.
#[derive(Clone, Copy)]
pub(super) struct Shown {
    session: Session,
    rows: Memo<Vec<Uuid>>,
}

impl Shown {
    pub(super) fn new(session: Session, rows: Memo<Vec<Uuid>>) -> Self {
        Self { session, rows }
    }

    /// The rows, as they change.
    pub(super) fn rows(self) -> Memo<Vec<Uuid>> {
        self.rows
    }

    /// The first or the last row.
    pub(super) fn outermost(self, first: bool) -> Option<Uuid> {
        self.rows.with_untracked(|rows| match first {
            true => rows.first().copied(),
            false => rows.last().copied(),
        })
    }

    /// The row below or above this one.
    pub(super) fn neighbour(self, id: Uuid, down: bool) -> Option<Uuid> {
        self.rows.with_untracked(|rows| {
            let index = rows.iter().position(|it| *it == id)?;
            let other = match down {
                true => index + 1,
                false => index.checked_sub(1)?,
            };
            rows.get(other).copied()
        })
    }

    /// Moves a row past the next one, down or up, so that this is seen under every filter.
    pub(super) fn move_by_one(self, id: Uuid, down: bool) {
        match self.neighbour(id, down) {
            Some(other) if down => self.session.relocate(id, Place::After(other)),
            Some(other) => self.session.move_before(id, other),
            None => {}
        }
    }
}
