//! Keys of rows that move as few elements as possible when the order changes.
//!
//! A keyed list moves every row whose index has changed, unless added or removed rows explain it: a
//! row that moves from the end to the start would move all of them. So a moved row gets a new key,
//! as if one row were removed and another added, and as few rows as possible are.

use std::collections::HashMap;

use uuid::Uuid;

/// A row, and how often it was moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct RowKey {
    pub(crate) id: Uuid,
    moves: u32,
}

/// Returns the keys of rows in their new order. Rows that keep their key keep their relative order.
pub(crate) fn row_keys(before: &[RowKey], ids: &[Uuid]) -> Vec<RowKey> {
    let known: HashMap<Uuid, usize> = (0..).zip(before).map(|(n, row)| (row.id, n)).collect();
    let old: Vec<Option<usize>> = ids.iter().map(|id| known.get(id).copied()).collect();
    let stays = longest_rise(&old);
    let key = |(index, id): (usize, &Uuid)| RowKey {
        id: *id,
        moves: old[index].map_or(0, |old| before[old].moves + u32::from(!stays[index])),
    };
    ids.iter().enumerate().map(key).collect()
}

/// Marks a longest increasing subsequence, by patience sorting.
fn longest_rise(numbers: &[Option<usize>]) -> Vec<bool> {
    // For each length, the index of the smallest end of a subsequence of that length.
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

    /// Returns the rows that move between two orders.
    fn moved(before: &[u128], after: &[u128]) -> Vec<u128> {
        let keys = row_keys(&row_keys(&[], &ids(before)), &ids(after));
        assert_eq!(
            keys.iter().map(|row| row.id).collect::<Vec<_>>(),
            ids(after)
        );
        let moved = keys.iter().filter(|row| row.moves > 0);
        moved.map(|row| row.id.as_u128()).collect()
    }

    #[test]
    fn one_row_that_moves_leaves_the_others_alone() {
        assert_eq!(moved(&[1, 2, 3, 4], &[4, 1, 2, 3]), [4]);
        assert_eq!(moved(&[1, 2, 3, 4], &[2, 3, 4, 1]), [1]);
        assert_eq!(moved(&[1, 2, 3, 4], &[1, 3, 4, 2]), [2]);
    }

    #[test]
    fn added_and_removed_rows_move_no_others() {
        assert_eq!(moved(&[1, 2, 3, 4], &[5, 1, 3, 6, 4]), []);
        assert_eq!(moved(&[1, 2, 3], &[]), []);
    }

    #[test]
    fn as_few_rows_as_possible_move() {
        assert_eq!(moved(&[1, 2, 3, 4, 5, 6], &[4, 5, 6, 1, 2]), [1, 2]);
        assert_eq!(moved(&[1, 2, 3], &[3, 2, 1]).len(), 2);
    }

    #[test]
    fn a_row_that_moves_again_gets_another_key() {
        let first = row_keys(&[], &ids(&[1, 2, 3]));
        let second = row_keys(&first, &ids(&[3, 1, 2]));
        let third = row_keys(&second, &ids(&[1, 2, 3]));
        assert_ne!(first[2], second[0]);
        assert_ne!(second[0], third[2]);
        assert_eq!(first[..2], third[..2]);
    }
}
