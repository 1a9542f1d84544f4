//! What a replica shows: the confirmed rows with the pending mutations replayed on top.

use std::collections::{BTreeMap, HashMap, HashSet};

use uuid::Uuid;

use super::Delta;
use super::queue::Queue;
use crate::rules::decide;
use crate::table::Table;
use crate::{Millis, Model, Mutation, Op, Place, Position, Refusal, Row, Version};

/// The rows as shown. Only rows changed by pending mutations are stored twice, with their confirmed state
/// in `covered`. So the cost of an input depends on what it touches and what is pending, not on the size of
/// the list.
#[derive(Clone, Debug)]
pub(super) struct View<M> {
    shown: Table<M>,
    /// The confirmed state under the rows that pending mutations changed; `None` under new ones.
    covered: HashMap<Uuid, Option<Row<M>>>,
}

impl<M: Model> View<M> {
    pub(super) fn new(confirmed: impl IntoIterator<Item = Row<M>>) -> Self {
        Self {
            shown: Table::new(confirmed),
            covered: HashMap::new(),
        }
    }

    pub(super) fn get(&self, id: Uuid) -> Option<&M> {
        self.shown.live(id)
    }

    pub(super) fn ordered(&self) -> impl DoubleEndedIterator<Item = &M> {
        self.shown.ordered()
    }

    pub(super) fn deleted(&self) -> impl Iterator<Item = &M> {
        let rows = self.shown.rows().filter(|row| row.destroyed);
        rows.map(|row| &row.model)
    }

    pub(super) fn place(&self, id: Uuid) -> Option<Place> {
        let position = self.get(id)?.position()?;
        let before = self.shown.predecessor(position, id);
        Some(before.map_or(Place::Start, |(_, before)| Place::After(*before)))
    }

    pub(super) fn tombstone(&self, id: Uuid) -> Option<&M> {
        let row = self.shown.get(id).filter(|row| row.destroyed)?;
        Some(&row.model)
    }

    /// Carries out an operation on a view that is of no other use. Returns whether it changes anything.
    pub(super) fn try_out(&mut self, op: &Op<M>) -> Result<bool, Refusal> {
        self.play_one(op, 0, &mut Before::new())
    }

    /// Returns the confirmed rows and tombstones.
    pub(super) fn confirmed(&self) -> impl Iterator<Item = &Row<M>> {
        let uncovered = self
            .shown
            .rows()
            .filter(|row| !self.covered.contains_key(&row.model.id()));
        uncovered.chain(self.covered.values().flatten())
    }

    /// Carries out new operations on top.
    ///
    /// # Errors
    /// Returns the refusal if one is not possible. Those before it show already, so the caller must rebase.
    pub(super) fn play(&mut self, ops: Vec<Op<M>>, at: Millis) -> Result<Played<M>, Refusal> {
        let mut before = Before::new();
        let mut effective = Vec::new();
        for op in ops {
            if self.play_one(&op, at, &mut before)? {
                effective.push(op);
            }
        }
        Ok(Played {
            effective,
            deltas: before.deltas(&self.shown, &HashSet::new()),
        })
    }

    /// Carries out an operation, and returns whether it changed something.
    fn play_one(
        &mut self,
        op: &Op<M>,
        at: Millis,
        before: &mut Before<M>,
    ) -> Result<bool, Refusal> {
        let Some(mut row) = decide(&self.shown, op, at)? else {
            return Ok(false);
        };
        let version = row.model.version();
        row.model.stamp(version, at);
        let id = op.id();
        let old = self.shown.set(id, Some(row));
        self.covered.entry(id).or_insert_with(|| old.clone());
        before.note(id, old);
        Ok(true)
    }

    /// Removes the pending mutations from the view, so that confirmed rows can change.
    pub(super) fn rebase(&mut self) -> Rebase<'_, M> {
        let mut before = Before::new();
        for (id, confirmed) in std::mem::take(&mut self.covered) {
            before.note(id, self.shown.set(id, confirmed));
        }
        Rebase {
            view: self,
            before,
            shifted: HashMap::new(),
        }
    }
}

/// The result of new operations.
pub(super) struct Played<M: Model> {
    /// The operations that changed something.
    pub(super) effective: Vec<Op<M>>,
    /// What they changed.
    pub(super) deltas: Vec<Delta<M>>,
}

/// A view without its pending mutations, whose confirmed rows can be changed. [`Rebase::replay`] ends it.
pub(super) struct Rebase<'v, M> {
    view: &'v mut View<M>,
    before: Before<M>,
    /// The rows whose confirmed position changed, with the former one if they were there.
    shifted: HashMap<Uuid, Option<Position>>,
}

impl<M: Model> Rebase<'_, M> {
    /// Confirms the state of a row, unless a newer one is known. The snapshot at `floor` contained all rows
    /// up to that version: a row that is missing from it had been destroyed.
    pub(super) fn confirm(&mut self, row: Row<M>, floor: Version) {
        let id = row.model.id();
        let known = self
            .view
            .shown
            .get(id)
            .map_or(floor, |known| known.model.version());
        if row.model.version() > known {
            self.set(id, Some(row));
        }
    }

    /// Confirms a tombstone of an unknown row.
    pub(super) fn learn(&mut self, tombstone: Row<M>) {
        let id = tombstone.model.id();
        if self.view.shown.get(id).is_none() {
            self.set(id, Some(tombstone));
        }
    }

    /// Replaces all confirmed rows up to the version `head` by these.
    pub(super) fn replace(&mut self, rows: impl IntoIterator<Item = Row<M>>, head: Version) {
        let mut told: HashMap<Uuid, Row<M>> =
            rows.into_iter().map(|row| (row.model.id(), row)).collect();
        let old = self
            .view
            .shown
            .rows()
            .filter(|row| row.model.version() <= head);
        for id in old.map(|row| row.model.id()).collect::<Vec<_>>() {
            let row = told.remove(&id);
            if row.as_ref() != self.view.shown.get(id) {
                self.set(id, row);
            }
        }
        for (id, row) in told {
            if self.view.shown.get(id).is_none() {
                self.set(id, Some(row));
            }
        }
    }

    fn set(&mut self, id: Uuid, row: Option<Row<M>>) {
        let position = |row: Option<&M>| row?.position().cloned();
        let new = position(row.as_ref().and_then(Row::live));
        let old = self.view.shown.set(id, row);
        let place = position(old.as_ref().and_then(Row::live));
        if place != new {
            self.shifted.entry(id).or_insert(place);
        }
        self.before.note(id, old);
    }

    /// Replays the pending mutations. Those that are no longer possible do not show; the authority will
    /// say why. A row with an own move, pending or in `settled`, does not count as moved by somebody else.
    pub(super) fn replay(mut self, queue: &Queue<M>, settled: &[Mutation<M>]) -> Vec<Delta<M>> {
        let mut relocated = self.relocated();
        let pending = queue.iter().map(|stored| &stored.mutation);
        for mutation in pending.chain(settled) {
            if let Op::Move { id, .. } = mutation.op {
                relocated.remove(&id);
            }
        }
        for stored in queue.iter() {
            _ = self
                .view
                .play_one(&stored.mutation.op, stored.at, &mut self.before);
        }
        self.before.deltas(&self.view.shown, &relocated)
    }

    /// Returns the confirmed rows that were moved, compared with the rows that kept their position. A row
    /// that got another key and stayed between the same rows was not moved.
    fn relocated(&self) -> HashSet<Uuid> {
        let mut relocated = HashSet::new();
        if self.shifted.values().all(Option::is_none) {
            return relocated;
        }
        let mut last = None;
        for row in self.view.shown.ordered() {
            match self.shifted.get(&row.id()) {
                Some(before) if before.is_some() && before.as_ref().cmp(&last).is_lt() => {
                    relocated.insert(row.id());
                }
                Some(_) => {}
                None => last = row.position(),
            }
        }
        let mut next = None;
        for row in self.view.shown.ordered().rev() {
            match self.shifted.get(&row.id()) {
                Some(before) if next.is_some() && before.as_ref().cmp(&next).is_gt() => {
                    relocated.insert(row.id());
                }
                Some(_) => {}
                None => next = row.position(),
            }
        }
        relocated
    }
}

/// The rows that an input touched, as they were shown before.
struct Before<M>(BTreeMap<Uuid, Option<Row<M>>>);

impl<M: Model> Before<M> {
    fn new() -> Self {
        Self(BTreeMap::new())
    }

    fn note(&mut self, id: Uuid, shown: Option<Row<M>>) {
        self.0.entry(id).or_insert(shown);
    }

    fn deltas(self, shown: &Table<M>, relocated: &HashSet<Uuid>) -> Vec<Delta<M>> {
        let before = self.0.into_iter();
        let delta = |(id, old): (Uuid, Option<Row<M>>)| {
            let old = old.and_then(Row::into_live);
            Delta::between(old, shown.live(id), relocated)
        };
        before.filter_map(delta).collect()
    }
}
