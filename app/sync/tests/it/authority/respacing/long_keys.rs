//! Rows whose keys are too long, and which of them get short ones.

use super::*;

/// Rows that were stored with keys as they were before these had a bound.
fn with_long_keys() -> Authority<Counted> {
    let rows = (1..=3).map(|n| {
        let key = format!("a0{}{n}", "V".repeat(12_000));
        let text =
            serde_json::json!({ "id": id(n), "value": 1, "position": key, "version": n as u64 });
        Row {
            model: serde_json::from_value::<Counted>(text).unwrap(),
            destroyed: n == 2,
        }
    });
    Authority::restore(3, 0, rows, [])
}

#[test]
fn long_keys_of_before_get_short_when_a_row_is_touched() {
    let value = CountedPatch { value: Some(2) };
    for op in [
        Op::Update {
            id: id(3),
            patch: value,
        },
        Op::Move {
            id: id(3),
            place: Place::Start,
        },
        Op::Restore { id: id(2) },
    ] {
        let mut authority = with_long_keys();
        let touched = op.id();
        let outcome = authority.take(None, &[Mutation { seq: 1, op }], 0);
        assert_eq!(outcome.rejected, []);
        let row = authority.row(touched).and_then(Row::live).unwrap();
        assert!(row.position.as_str().len() <= BOUND);
    }
}

#[test]
fn a_deleted_row_is_restored_to_where_it_stood_although_its_neighbours_got_new_keys() {
    let mut authority = with_long_keys();
    let take = |authority: &mut Authority<Counted>, op| {
        let outcome = authority.take(None, &[Mutation { seq: 1, op }], 0);
        assert_eq!(outcome.rejected, []);
    };
    let patch = CountedPatch { value: Some(2) };
    take(&mut authority, Op::Update { id: id(1), patch });
    take(&mut authority, Op::Restore { id: id(2) });
    let order: Vec<_> = authority.ordered().map(Model::id).collect();
    assert_eq!(order, [id(1), id(2), id(3)]);
}

fn counted(n: u128, key: &str, destroyed: bool) -> Row<Counted> {
    let text = serde_json::json!({ "id": id(n), "value": 1, "position": key, "version": n as u64 });
    Row {
        model: serde_json::from_value::<Counted>(text).unwrap(),
        destroyed,
    }
}

/// Changes the row of that number, and returns the rows that the authority changed.
fn touched(authority: &mut Authority<Counted>, n: u128) -> Vec<Uuid> {
    let op = Op::Update {
        id: id(n),
        patch: CountedPatch { value: Some(2) },
    };
    let outcome = authority.take(None, &[Mutation { seq: 1, op }], 0);
    assert_eq!(outcome.rejected, []);
    outcome.changes.iter().map(|it| it.row.id()).collect()
}

#[test]
fn a_row_keeps_a_key_of_the_greatest_length() {
    for (length, is_kept) in [(BOUND, true), (BOUND + 1, false)] {
        let key = format!("a0{}", "V".repeat(length - 2));
        let rows = [counted(1, &key, false), counted(2, "a1", false)];
        let mut authority = Authority::restore(2, 0, rows, []);
        assert_eq!(touched(&mut authority, 1) == [id(1)], is_kept, "{length}");
    }
}

/// A channel of a hundred rows, whose keys begin with the same long text.
fn crowded() -> Authority<Counted> {
    let key = |n: u128| format!("a0{}{n:03}V", "V".repeat(BOUND));
    let rows = (1..=100).map(|n| counted(n, &key(n), false));
    Authority::restore(100, 0, rows, [])
}

#[test]
fn twice_as_many_neighbours_are_tried_until_there_is_room() {
    let mut authority = crowded();
    // 8 and 16 on either side have none, 32 reach the beginning.
    let mut changed = touched(&mut authority, 30);
    changed.sort_unstable();
    changed.dedup();
    assert!(changed.iter().copied().eq((1..=62).map(id)), "{changed:?}");
}

#[test]
fn behind_a_long_integer_all_rows_get_new_keys() {
    // As many appends as nobody makes: the integer part alone is too long.
    let key = |n: u128| format!("z{}{n:02}", "0".repeat(24));
    let last = format!("{}{}", key(99), "V".repeat(BOUND));
    let rows = (1..=20).map(|n| counted(n, &key(n), false));
    let rows = rows.chain([counted(21, &last, false)]);
    let mut authority = Authority::restore(21, 0, rows, []);
    assert!(touched(&mut authority, 21).len() > 20);
    let longest = authority
        .ordered()
        .map(|it| it.position.as_str().len())
        .max();
    assert!(longest <= Some(12), "{longest:?}");
}

#[test]
fn deleted_rows_get_new_keys_only_among_the_rows_that_get_some() {
    // Rows 1 to 40, the 20th with a long key: it and 8 rows on either side get new ones.
    let digits = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let key = |n: u128| format!("a{}", digits[n as usize] as char);
    let long = format!("{}{}", key(20), "V".repeat(BOUND));
    let live = (1..=40).map(|n| counted(n, &if n == 20 { long.clone() } else { key(n) }, false));
    // Deleted ones: below, on the lower edge, among them, on the upper edge, above.
    let deleted = [(105, "V"), (111, ""), (113, "V"), (129, ""), (135, "V")];
    let deleted = deleted.map(|(n, end)| counted(n, &format!("{}{end}", key(n - 100)), true));
    let mut authority = Authority::restore(200, 0, live.chain(deleted), []);
    let changed = touched(&mut authority, 20);
    for n in 1..=40 {
        assert_eq!(changed.contains(&id(n)), (12..=28).contains(&n), "row {n}");
    }
    for n in [105, 111, 113, 129, 135] {
        assert_eq!(changed.contains(&id(n)), n == 113, "deleted row {n}");
    }
    let restore = Mutation {
        seq: 1,
        op: Op::Restore { id: id(113) },
    };
    authority.take(None, &[restore], 0);
    let order: Vec<_> = authority.ordered().map(Model::id).collect();
    let expected = (1..=13).chain([113]).chain(14..=40).map(id);
    assert!(order.iter().copied().eq(expected), "{order:?}");
}
