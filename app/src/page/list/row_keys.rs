//! Which rows are put elsewhere when their order changes.
//!
//! Whoever draws a keyed list moves every row whose index has changed, unless others that came or went
//! explain it: one row that goes from the end to the start moves all. So a row that is moved counts as
//! one that goes and another that comes, and as few as possible are.

use std::collections::HashMap;

use uuid::Uuid;

/// A row, and how often it was put elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Turn {
    pub(crate) id: Uuid,
    turn: u32,
}

/// The rows in their new order. Those with the same turn as before stand in the same order as before.
pub(crate) fn take_turns(before: &[Turn], ids: &[Uuid]) -> Vec<Turn> {
    let known: HashMap<Uuid, usize> = (0..).zip(before).map(|(n, row)| (row.id, n)).collect();
    let old: Vec<Option<usize>> = ids.iter().map(|id| known.get(id).copied()).collect();
    let stays = longest_rise(&old);
    let turn = |(index, id): (usize, &Uuid)| Turn {
        id: *id,
        turn: old[index].map_or(0, |old| before[old].turn + u32::from(!stays[index])),
    };
    ids.iter().enumerate().map(turn).collect()
}

/// Marks a longest rising subsequence, by patience sorting.
fn longest_rise(numbers: &[Option<usize>]) -> Vec<bool> {
    // Per length of a rise, where the one with the least end ends.
    let mut ends: Vec<usize> = Vec::new();
    let mut previous = vec![None; numbers.len()];
    for (index, number) in numbers.iter().enumerate() {
        if number.is_some() {
            let length = ends.partition_point(|end| numbers[*end] < *number);
            previous[index] = length.checked_sub(1).map(|shorter| ends[shorter]);
            match ends.get_mut(length) {
                Some(end) => *end = index,
                None => ends.push(index),
            }
        }
    }
    let mut is_in = vec![false; numbers.len()];
    let mut next = ends.last().copied();
    while let Some(index) = next {
        is_in[index] = true;
        next = previous[index];
    }
    is_in
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(ids: &[u128]) -> Vec<Uuid> {
        ids.iter().copied().map(Uuid::from_u128).collect()
    }

    /// The rows that are put elsewhere between two orders.
    fn moved(before: &[u128], after: &[u128]) -> Vec<u128> {
        let turns = take_turns(&take_turns(&[], &ids(before)), &ids(after));
        assert_eq!(
            turns.iter().map(|row| row.id).collect::<Vec<_>>(),
            ids(after)
        );
        let moved = turns.iter().filter(|row| row.turn > 0);
        moved.map(|row| row.id.as_u128()).collect()
    }

    #[test]
    fn one_row_that_moves_leaves_the_others_alone() {
        assert_eq!(moved(&[1, 2, 3, 4], &[4, 1, 2, 3]), [4]);
        assert_eq!(moved(&[1, 2, 3, 4], &[2, 3, 4, 1]), [1]);
        assert_eq!(moved(&[1, 2, 3, 4], &[1, 3, 4, 2]), [2]);
    }

    #[test]
    fn rows_that_come_and_go_move_none() {
        assert_eq!(moved(&[1, 2, 3, 4], &[5, 1, 3, 6, 4]), []);
        assert_eq!(moved(&[1, 2, 3], &[]), []);
    }

    #[test]
    fn of_several_that_move_as_few_as_possible_do() {
        assert_eq!(moved(&[1, 2, 3, 4, 5, 6], &[4, 5, 6, 1, 2]), [1, 2]);
        assert_eq!(moved(&[1, 2, 3], &[3, 2, 1]).len(), 2);
    }

    #[test]
    fn a_row_that_moves_again_takes_another_turn() {
        let first = take_turns(&[], &ids(&[1, 2, 3]));
        let second = take_turns(&first, &ids(&[3, 1, 2]));
        let third = take_turns(&second, &ids(&[1, 2, 3]));
        assert_ne!(first[2], second[0]);
        assert_ne!(second[0], third[2]);
        assert_eq!(first[..2], third[..2]);
    }
}
