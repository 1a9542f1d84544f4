//! The visible rows in order, and how keys, buttons and drags move a row among them.

use leptos::prelude::*;
use sync::Place;
use uuid::Uuid;

use super::ListView;
use crate::{Item, Record, platform::rows};

/// A way through the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Up,
    Down,
}

/// The visible rows, in order.
#[derive(Clone, Copy)]
pub(crate) struct VisibleRows {
    view: ListView,
    rows: Memo<Vec<Uuid>>,
}

impl VisibleRows {
    pub(crate) fn new(view: ListView, rows: Memo<Vec<Uuid>>) -> Self {
        Self { view, rows }
    }

    /// Returns the rows as a signal.
    pub(crate) fn rows(self) -> Memo<Vec<Uuid>> {
        self.rows
    }

    /// Returns the first row on the way down, or the last on the way up.
    pub(crate) fn outermost(self, direction: Direction) -> Option<Uuid> {
        self.rows.with_untracked(|rows| match direction {
            Direction::Down => rows.first().copied(),
            Direction::Up => rows.last().copied(),
        })
    }

    /// Returns the row below or above this one.
    pub(crate) fn neighbour(self, id: Uuid, direction: Direction) -> Option<Uuid> {
        self.beyond(id, direction, |_| true)
    }

    /// Returns the next row below or above this one that it can be moved past.
    fn beyond(self, id: Uuid, direction: Direction, counts: impl Fn(Uuid) -> bool) -> Option<Uuid> {
        self.rows.with_untracked(|rows| {
            let index = rows.iter().position(|it| *it == id)?;
            let mut below = rows[index + 1..].iter().copied();
            let mut above = rows[..index].iter().rev().copied();
            match direction {
                Direction::Down => below.find(|id| counts(*id)),
                Direction::Up => above.find(|id| counts(*id)),
            }
        })
    }

    /// Moves a row past the next visible one, so that the move is seen under every filter.
    pub(crate) fn move_by_one(self, id: Uuid, direction: Direction) {
        let block = self.view.block(id);
        let isdone = |item: &Item| item.isdone;
        let is_own = self.look(id, isdone);
        // If ticked items sink, a row cannot be moved past those of the other kind.
        let counts = |other| {
            !block.contains(&other)
                && (!self.view.sinks.get_untracked()
                    || self.is_section(other)
                    || self.look(other, isdone) == is_own)
        };
        match self.beyond(id, direction, counts) {
            Some(other) if direction == Direction::Down => self.put(id, Place::After(other)),
            Some(other) => self.put_before(id, other),
            None => {}
        }
    }

    /// Moves a row to a place, with everything collapsed under it. Nothing disappears by that: a
    /// section expands for what is moved into it, and for what it is moved above.
    pub(crate) fn put(self, id: Uuid, place: Place) {
        let block = self.view.block(id);
        let place = match place {
            // A section is not moved into a collapsed section, but past it.
            Place::After(other) if self.is_section(id) => {
                Place::After(self.view.block(other).pop().unwrap_or(other))
            }
            place => place,
        };
        if matches!(place, Place::After(other) if block.contains(&other)) {
            return;
        }
        self.view.session.relocate(&block, place);
        if self.view.block(id).len() > block.len() {
            self.view.toggle_section(id);
        }
        self.view.reveal(id);
        rows::reveal(id);
    }

    /// Moves a row to right before another one.
    pub(crate) fn put_before(self, id: Uuid, other: Uuid) {
        let records = self.view.session.records();
        if let Some(place) = records.with_replica(|replica| replica.place(other)) {
            self.put(id, place);
        }
    }

    fn is_section(self, id: Uuid) -> bool {
        self.look(id, |item| item.issection) == Some(true)
    }

    fn look<T>(self, id: Uuid, look: impl FnOnce(&Item) -> T) -> Option<T> {
        let records = self.view.session.records();
        records.with_replica(|replica| replica.get(id).and_then(Record::as_item).map(look))
    }
}
