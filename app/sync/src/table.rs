//! Rows by id and in order.

use std::collections::{BTreeSet, HashMap};
use std::ops::Bound;

use uuid::Uuid;

use crate::{Model, Place, Position, Row};

/// A channel's rows and tombstones, and the order of the live rows with a position.
#[derive(Clone, Debug)]
pub(crate) struct Table<M> {
    rows: HashMap<Uuid, Row<M>>,
    order: BTreeSet<(Position, Uuid)>,
    /// The sum of the live rows' weights.
    weight: usize,
}

/// A gap in the order, into which a row can be put.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slot<'a> {
    /// The position before the gap.
    pub(crate) before: Option<&'a Position>,
    /// The live row behind the gap.
    pub(crate) follower: Option<&'a (Position, Uuid)>,
}

/// Consecutive live rows.
pub(crate) struct Window<'a> {
    /// The position of the row before them.
    pub(crate) before: Option<&'a Position>,
    /// The rows, in order.
    pub(crate) rows: Vec<&'a (Position, Uuid)>,
    /// The position of the row behind them.
    pub(crate) after: Option<&'a Position>,
}

impl<M: Model> Table<M> {
    pub(crate) fn new(rows: impl IntoIterator<Item = Row<M>>) -> Self {
        let mut table = Self {
            rows: HashMap::new(),
            order: BTreeSet::new(),
            weight: 0,
        };
        for row in rows {
            table.set(row.model.id(), Some(row));
        }
        table
    }

    /// Returns a row or tombstone.
    pub(crate) fn get(&self, id: Uuid) -> Option<&Row<M>> {
        self.rows.get(&id)
    }

    /// Returns a row that is not deleted.
    pub(crate) fn live(&self, id: Uuid) -> Option<&M> {
        self.get(id).and_then(Row::live)
    }

    /// Sets or removes a row, and returns what was there before.
    pub(crate) fn set(&mut self, id: Uuid, row: Option<Row<M>>) -> Option<Row<M>> {
        let key = |row: Option<&Row<M>>| Some((row?.live()?.position()?.clone(), id));
        let (old, new) = (key(self.rows.get(&id)), key(row.as_ref()));
        if old != new {
            old.inspect(|old| _ = self.order.remove(old));
            self.order.extend(new);
        }
        self.weight += weight(row.as_ref());
        let old = match row {
            Some(row) => self.rows.insert(id, row),
            None => self.rows.remove(&id),
        };
        self.weight -= weight(old.as_ref());
        old
    }

    /// Returns all rows and tombstones, in no particular order.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &Row<M>> {
        self.rows.values()
    }

    /// Returns the number of rows and tombstones.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Returns the live rows with a position, in order.
    pub(crate) fn ordered(&self) -> impl DoubleEndedIterator<Item = &M> {
        self.order.iter().filter_map(|(_, id)| self.live(*id))
    }

    /// Returns the number of live rows with a position.
    pub(crate) fn ordered_len(&self) -> usize {
        self.order.len()
    }

    /// Returns the sum of the live rows' weights.
    pub(crate) fn weight(&self) -> usize {
        self.weight
    }

    /// Returns the gap that a place means for the row `id`, ignoring that row itself.
    pub(crate) fn slot(&self, place: Place, id: Uuid) -> Slot<'_> {
        let is_other = |entry: &&(Position, Uuid)| entry.1 != id;
        let neighbour = match place {
            Place::Start => {
                return Slot {
                    before: None,
                    follower: self.order.iter().find(is_other),
                };
            }
            Place::End => None,
            Place::After(neighbour) => self.get(neighbour).and_then(|row| row.model.position()),
        };
        match neighbour {
            Some(position) => Slot {
                before: Some(position),
                follower: self.behind(position).find(is_other),
            },
            None => Slot {
                before: self
                    .order
                    .iter()
                    .rfind(is_other)
                    .map(|(position, _)| position),
                follower: None,
            },
        }
    }

    /// Returns the live row behind the row `id`, which is at `position`.
    pub(crate) fn follower(&self, position: &Position, id: Uuid) -> Option<&(Position, Uuid)> {
        self.order
            .range((Bound::Excluded((position.clone(), id)), Bound::Unbounded))
            .next()
    }

    /// Returns the live row before the row `id`, which is at `position`.
    pub(crate) fn predecessor(&self, position: &Position, id: Uuid) -> Option<&(Position, Uuid)> {
        self.order.range(..(position.clone(), id)).next_back()
    }

    /// Returns the row `id`, which is at `position`, with up to `reach` live rows on either side.
    pub(crate) fn window(&self, position: &Position, id: Uuid, reach: usize) -> Window<'_> {
        let here = (position.clone(), id);
        let mut below = self.order.range(..here.clone()).rev();
        let mut above = self.order.range(here..);
        let mut rows: Vec<_> = below.by_ref().take(reach).collect();
        rows.reverse();
        rows.extend(above.by_ref().take(reach + 1));
        Window {
            before: below.next().map(|(position, _)| position),
            rows,
            after: above.next().map(|(position, _)| position),
        }
    }

    /// Returns the gap behind `position` if a live row is exactly there.
    pub(crate) fn slot_behind_occupant(&self, position: &Position) -> Option<Slot<'_>> {
        let here = (position.clone(), Uuid::nil())..=(position.clone(), Uuid::max());
        let (before, _) = self.order.range(here).next()?;
        Some(Slot {
            before: Some(before),
            follower: self.behind(position).next(),
        })
    }

    /// Returns the live rows with a greater position, in order.
    fn behind(&self, position: &Position) -> impl Iterator<Item = &(Position, Uuid)> {
        self.order.range((
            Bound::Excluded((position.clone(), Uuid::max())),
            Bound::Unbounded,
        ))
    }
}

/// Returns what a row adds to its table's weight: nothing if it is a tombstone.
pub(crate) fn weight<M: Model>(row: Option<&Row<M>>) -> usize {
    row.and_then(Row::live).map_or(0, Model::weight)
}
