//! Keeps ordering keys short, however often rows are inserted at the same spot.
//!
//! A key between two others grows by a character with about five insertions at one spot. Once it is longer
//! than [`MAX_KEY_LENGTH`], its row and as many neighbours as necessary get keys that are spread evenly
//! between those of the rows around them. The authority does this; a replica takes the new keys like any
//! other change, and may predict longer ones.

use std::cmp::Ordering;

use uuid::Uuid;

use crate::table::Table;
use crate::{Model, Position, Row, position_between};

/// Largest length of a key that a row keeps when it is changed, in characters.
const MAX_KEY_LENGTH: usize = 32;

/// Largest length of a key after a respacing, in characters. It leaves room for about 100 insertions at
/// one spot until the next respacing.
const MAX_SPACED_LENGTH: usize = 12;

/// Number of neighbours on either side that are tried first. It is doubled until the keys are short.
const FIRST_REACH: usize = 8;

/// Largest number of tombstones that get new keys along with their neighbours, so that they are restored
/// to their place. The newest are chosen.
const MAX_TOMBSTONES: usize = 256;

/// Returns new keys for the row and its neighbours if its key is too long, in an order in which they can
/// be set one by one: after each, all live rows are still in the same order.
pub(crate) fn plan<M: Model>(table: &Table<M>, id: Uuid) -> Vec<(Uuid, Position)> {
    let position = table.live(id).and_then(M::position);
    let Some(position) = position.filter(|it| it.as_str().len() > MAX_KEY_LENGTH) else {
        return Vec::new();
    };
    let tombstones = tombstones(table);
    let mut reach = FIRST_REACH;
    loop {
        let window = table.window(position, id, reach);
        let is_inside = |entry: &&(Position, Uuid)| {
            window.before.is_none_or(|before| before < &entry.0)
                && window.after.is_none_or(|after| &entry.0 < after)
        };
        let tombstones = tombstones.iter().filter(is_inside).take(MAX_TOMBSTONES);
        let mut rows: Vec<_> = window.rows.iter().copied().chain(tombstones).collect();
        rows.sort_unstable();
        let mut keys = Vec::with_capacity(rows.len());
        spread(window.before, window.after, rows.len(), &mut keys);
        let is_short = |key: &Position| key.as_str().len() <= MAX_SPACED_LENGTH;
        let is_all = window.before.is_none() && window.after.is_none();
        if is_all || keys.iter().all(is_short) {
            return in_order(rows, keys);
        }
        reach *= 2;
    }
}

/// Returns the positions and ids of the tombstones, the newest first.
fn tombstones<M: Model>(table: &Table<M>) -> Vec<(Position, Uuid)> {
    let mut rows: Vec<_> = table.rows().filter(|row| row.destroyed).collect();
    rows.sort_unstable_by_key(|row| std::cmp::Reverse(row.model.version()));
    let place = |row: &Row<M>| Some((row.model.position()?.clone(), row.model.id()));
    rows.into_iter().filter_map(place).collect()
}

/// Adds `number` keys between two others, as far apart from each other as possible.
fn spread(
    before: Option<&Position>,
    after: Option<&Position>,
    number: usize,
    keys: &mut Vec<Position>,
) {
    if number == 0 {
        return;
    }
    let middle = position_between(before, after);
    let lower = number / 2;
    spread(before, Some(&middle), lower, keys);
    keys.push(middle.clone());
    spread(Some(&middle), after, number - lower - 1, keys);
}

/// Orders the changes: first the rows that get a greater key, from the last to the first, then the others,
/// from the first to the last. So no row overtakes one that has yet to make room.
fn in_order(rows: Vec<&(Position, Uuid)>, keys: Vec<Position>) -> Vec<(Uuid, Position)> {
    let (mut up, mut down) = (Vec::new(), Vec::new());
    for ((old, id), new) in rows.into_iter().zip(keys) {
        match new.cmp(old) {
            Ordering::Greater => up.push((*id, new)),
            Ordering::Less => down.push((*id, new)),
            Ordering::Equal => {}
        }
    }
    up.reverse();
    up.append(&mut down);
    up
}
