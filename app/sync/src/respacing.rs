//! Keeps ordering keys short, however often rows are put into the same spot.
//!
//! A key between two others grows by a character for about five insertions at one spot. Once one is
//! longer than [`MOST_CHARACTERS`], its row and as many neighbours as it takes get keys that are spread
//! evenly between those of the next rows. It is the authority that does so; a replica takes the new keys
//! like any other change, and may foretell longer ones.

use uuid::Uuid;

use crate::table::Table;
use crate::{Model, Position, Row, position_between};

/// Longest key that a row keeps when it is changed, in characters.
const MOST_CHARACTERS: usize = 32;

/// Longest key that a respacing gives, in characters: about 100 insertions at one spot are possible until
/// the next one.
const SPACED_CHARACTERS: usize = 12;

/// How many neighbours on either side are tried first. It is doubled until the keys are short.
const REACH: usize = 8;

/// Most tombstones that are moved along with their neighbours, so that they are restored to where they
/// stood: the newest ones.
const MOST_TOMBSTONES: usize = 256;

/// New keys for the row and its neighbours, if its key is too long, in an order in which they can be
/// set one by one: with each, every two live rows stay in the order that they are in.
pub(crate) fn plan<M: Model>(table: &Table<M>, id: Uuid) -> Vec<(Uuid, Position)> {
    let position = table.live(id).and_then(M::position);
    let Some(position) = position.filter(|it| it.as_str().len() > MOST_CHARACTERS) else {
        return Vec::new();
    };
    let tombstones = tombstones(table);
    let mut reach = REACH;
    loop {
        let window = table.window(position, id, reach);
        let is_inside = |entry: &&(Position, Uuid)| {
            window.before.is_none_or(|before| before < &entry.0)
                && window.after.is_none_or(|after| &entry.0 < after)
        };
        let tombstones = tombstones.iter().filter(is_inside).take(MOST_TOMBSTONES);
        let mut rows: Vec<_> = window.rows.iter().copied().chain(tombstones).collect();
        rows.sort_unstable();
        let has_room = match (window.before, window.after) {
            (Some(before), Some(after)) => before < after,
            _ => true,
        };
        let mut keys = Vec::with_capacity(rows.len());
        spread(window.before, window.after, rows.len(), &mut keys);
        let is_short = |key: &Position| key.as_str().len() <= SPACED_CHARACTERS;
        let is_all = window.before.is_none() && window.after.is_none();
        if is_all || (has_room && keys.iter().all(is_short)) {
            return in_order(rows, keys);
        }
        reach *= 2;
    }
}

/// The tombstones' places, the newest first.
fn tombstones<M: Model>(table: &Table<M>) -> Vec<(Position, Uuid)> {
    let mut rows: Vec<_> = table.rows().filter(|row| row.destroyed).collect();
    rows.sort_unstable_by_key(|row| std::cmp::Reverse(row.model.version()));
    let place = |row: &Row<M>| Some((row.model.position()?.clone(), row.model.id()));
    rows.into_iter().filter_map(place).collect()
}

/// So many keys between two others, as far from each other as they can be.
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

/// First the rows that get a greater key, from the last one down, then the others, from the first one
/// up: so none is put behind a row that has yet to make room.
fn in_order(rows: Vec<&(Position, Uuid)>, keys: Vec<Position>) -> Vec<(Uuid, Position)> {
    let moves = rows.into_iter().zip(keys);
    let (up, down): (Vec<_>, Vec<_>) = moves
        .filter(|((old, _), new)| old != new)
        .partition(|((old, _), new)| old < new);
    let moves = up.into_iter().rev().chain(down);
    moves.map(|((_, id), new)| (*id, new)).collect()
}
