//! The rows on the screen, in order: what keys, buttons and drags mean by the next one, and how they
//! move a row.

use leptos::prelude::*;
use sync::Place;
use uuid::Uuid;

use super::View;
use crate::{Item, Record, client::session::Session, platform::rows};

/// The rows on the screen, in order.
#[derive(Clone, Copy)]
pub(crate) struct Shown {
    session: Session,
    view: View,
    rows: Memo<Vec<Uuid>>,
}

impl Shown {
    pub(crate) fn new(session: Session, view: View, rows: Memo<Vec<Uuid>>) -> Self {
        Self {
            session,
            view,
            rows,
        }
    }

    /// The rows, as they change.
    pub(crate) fn rows(self) -> Memo<Vec<Uuid>> {
        self.rows
    }

    /// The first or the last row.
    pub(crate) fn outermost(self, first: bool) -> Option<Uuid> {
        self.rows.with_untracked(|rows| {
            if first {
                rows.first().copied()
            } else {
                rows.last().copied()
            }
        })
    }

    /// The row below or above this one.
    pub(crate) fn neighbour(self, id: Uuid, down: bool) -> Option<Uuid> {
        self.beyond(id, down, |_| true)
    }

    /// The next row below or above this one, of those that it can be put past.
    fn beyond(self, id: Uuid, down: bool, counts: impl Fn(Uuid) -> bool) -> Option<Uuid> {
        self.rows.with_untracked(|rows| {
            let index = rows.iter().position(|it| *it == id)?;
            let mut below = rows[index + 1..].iter().copied();
            let mut above = rows[..index].iter().rev().copied();
            if down {
                below.find(|id| counts(*id))
            } else {
                above.find(|id| counts(*id))
            }
        })
    }

    /// Moves a row past the next one, down or up, so that this is seen under every filter.
    pub(crate) fn move_by_one(self, id: Uuid, down: bool) {
        let block = self.view.block(id);
        let isdone = |item: &Item| item.isdone;
        let is_own = self.look(id, isdone);
        // Where ticked items sink, those of the other kind stand elsewhere at any rate.
        let counts = |other| {
            !block.contains(&other)
                && (!self.view.sinks.get_untracked()
                    || self.is_section(other)
                    || self.look(other, isdone) == is_own)
        };
        match self.beyond(id, down, counts) {
            Some(other) if down => self.put(id, Place::After(other)),
            Some(other) => self.put_before(id, other),
            None => {}
        }
    }

    /// Puts a row elsewhere, with all that is collapsed under it. Nothing leaves the screen by that:
    /// a section opens for what is put into it, and for what it is put above.
    pub(crate) fn put(self, id: Uuid, place: Place) {
        let block = self.view.block(id);
        let place = match place {
            // A section does not go into another one that is collapsed, but past it.
            Place::After(other) if self.is_section(id) => {
                Place::After(self.view.block(other).pop().unwrap_or(other))
            }
            place => place,
        };
        if matches!(place, Place::After(other) if block.contains(&other)) {
            return;
        }
        self.session.relocate(&block, place);
        if self.view.block(id).len() > block.len() {
            self.view.toggle_section(id);
        }
        self.view.reveal(id);
        rows::reveal(id);
    }

    /// Puts a row right before another one.
    pub(crate) fn put_before(self, id: Uuid, other: Uuid) {
        let records = self.session.records();
        if let Some(place) = records.with_replica(|replica| replica.place(other)) {
            self.put(id, place);
        }
    }

    fn is_section(self, id: Uuid) -> bool {
        self.look(id, |item| item.issection) == Some(true)
    }

    fn look<T>(self, id: Uuid, look: impl FnOnce(&Item) -> T) -> Option<T> {
        let records = self.session.records();
        records.with_replica(|replica| replica.get(id).and_then(Record::as_item).map(look))
    }
}
