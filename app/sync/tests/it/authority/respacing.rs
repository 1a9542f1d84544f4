//! Keys stay short, however often rows are inserted at the same spot, and the order stays as it is.

use fastrand::Rng;
use sync::{CatchUp, Change, Position, Push, Replica};

use super::*;
use crate::cost::{Counted, CountedPatch};

/// Longest key, in characters, that a row may keep.
const BOUND: usize = 32;

/// A channel of many rows beside the plain list that it should be.
struct Spot {
    authority: Authority<Counted>,
    model: Vec<Uuid>,
    /// A client that hears of each change by itself.
    listener: Replica<Counted>,
    changes: usize,
    longest: usize,
}

impl Spot {
    fn of(rows: u128) -> Self {
        let mut spot = Self {
            authority: Authority::restore(Version::ZERO, Version::ZERO, [], []),
            model: Vec::new(),
            listener: Replica::new(
                client(1),
                CatchUp {
                    changes: vec![],
                    ..Authority::<Counted>::restore(Version::ZERO, Version::ZERO, [], []).snapshot()
                },
            ),
            changes: 0,
            longest: 0,
        };
        for n in 0..rows {
            spot.create(n, Place::End);
        }
        spot.changes = 0;
        spot
    }

    fn take(&mut self, op: Op<Counted>) {
        let outcome = self
            .authority
            .take(None, &[Mutation { seq: Seq(1), op }], 7);
        assert_eq!(outcome.rejected, []);
        self.changes += outcome.changes.len();
        let is_respaced = outcome.changes.len() > 1;
        for change in outcome.changes {
            self.longest = self.longest.max(change.row.position.as_str().len());
            self.listener.receive([change]);
            if is_respaced {
                let order = self.listener.ordered().map(Model::id);
                assert!(order.eq(self.model.iter().copied()), "after each change");
            }
        }
    }

    fn create(&mut self, n: u128, place: Place) {
        let at = self.index(place);
        self.model.insert(at, id(n));
        self.take(Op::Create {
            id: id(n),
            draft: CountedPatch { value: Some(1) },
            place,
        });
    }

    fn put(&mut self, row: Uuid, place: Place) {
        if place == Place::After(row) {
            return;
        }
        self.model.retain(|id| *id != row);
        let at = self.index(place);
        self.model.insert(at, row);
        self.take(Op::Move { id: row, place });
    }

    fn index(&self, place: Place) -> usize {
        match place {
            Place::Start => 0,
            Place::End => self.model.len(),
            Place::After(row) => 1 + self.model.iter().position(|id| *id == row).unwrap(),
        }
    }

    fn check(&self) {
        let order = self.authority.ordered().map(Model::id);
        assert!(order.eq(self.model.iter().copied()), "as a plain list says");
        assert!(self.listener.ordered().eq(self.authority.ordered()));
        let lengths = self
            .authority
            .ordered()
            .map(|row| row.position.as_str().len());
        assert!(lengths.max() <= Some(BOUND));
        let positions: Vec<_> = self.authority.ordered().map(|row| &row.position).collect();
        assert!(positions.is_sorted_by(|a, b| a < b));
    }
}

/// Does `moves` moves, each of the row and to the place that `next` says.
fn move_often(moves: usize, next: impl Fn(&[Uuid], usize) -> (Uuid, Place)) -> Spot {
    let mut spot = Spot::of(100);
    for n in 0..moves {
        let (row, place) = next(&spot.model, n);
        spot.put(row, place);
        if n % 5_000 == 0 {
            spot.check();
        }
    }
    spot.check();
    // A key is told once before it is found to be too long.
    assert!(spot.longest <= BOUND + 1, "{} characters", spot.longest);
    let each = spot.changes as f64 / moves as f64;
    println!(
        "{each:.3} changes for each move, keys up to {} characters",
        spot.longest
    );
    assert!(each < 2.0, "{each} changes for each move");
    spot
}

const MANY: usize = 100_000;

#[test]
fn a_hundred_thousand_moves_to_the_front_leave_short_keys() {
    move_often(MANY, |rows, _| (rows[rows.len() - 1], Place::Start));
}

#[test]
fn a_hundred_thousand_moves_to_the_back_leave_short_keys() {
    move_often(MANY, |rows, _| (rows[0], Place::End));
}

#[test]
fn a_hundred_thousand_moves_between_two_rows_leave_short_keys() {
    move_often(MANY, |rows, _| {
        (rows[rows.len() - 1], Place::After(rows[50]))
    });
}

#[test]
fn a_hundred_thousand_moves_to_either_side_of_a_spot_leave_short_keys() {
    move_often(MANY, |rows, n| match n % 2 {
        0 => (rows[99], Place::After(rows[50])),
        _ => (rows[0], Place::After(rows[50])),
    });
}

#[test]
fn two_rows_that_take_turns_between_two_others_keep_short_keys() {
    move_often(MANY, |rows, n| match n % 2 {
        0 => (rows[52], Place::After(rows[50])),
        _ => (rows[51], Place::After(rows[52])),
    });
}

#[test]
fn rows_put_anywhere_keep_short_keys() {
    for seed in 0..20 {
        let mut rng = Rng::with_seed(seed);
        let mut spot = Spot::of(3);
        let mut next = 1_000;
        // Mostly into one spot, which wanders.
        let mut spot_at = 0;
        for _ in 0..1_000 {
            if rng.u8(..20) == 0 {
                spot_at = rng.usize(..spot.model.len());
            }
            let place = match rng.u8(..10) {
                0 => Place::Start,
                1 => Place::End,
                _ => Place::After(spot.model[spot_at.min(spot.model.len() - 1)]),
            };
            match rng.u8(..3) {
                0 => spot.put(*rng.choice(&spot.model).unwrap(), place),
                1 if spot.model.len() > 40 => {
                    let row = spot.model.remove(rng.usize(..spot.model.len()));
                    spot.take(Op::Destroy { id: row });
                }
                _ => {
                    next += 1;
                    spot.create(next, place);
                }
            }
        }
        spot.check();
    }
}

#[test]
fn five_thousand_rows_in_one_spot_have_short_keys() {
    let mut spot = Spot::of(2);
    for n in 10..5_010 {
        spot.create(n, Place::After(id(0)));
    }
    spot.check();
    assert!(spot.changes < 5_000 * 3, "{} changes", spot.changes);
}

#[test]
fn each_change_of_a_respacing_leaves_the_order_as_it_is() {
    let mut spot = Spot::of(30);
    for _ in 0..1_000 {
        let (last, middle) = (spot.model[29], spot.model[14]);
        spot.model.retain(|id| *id != last);
        spot.model.insert(15, last);
        let op = Op::Move {
            id: last,
            place: Place::After(middle),
        };
        let mutations = [Mutation { seq: Seq(1), op }];
        let outcome = spot.authority.take(None, &mutations, 0);
        let versions: Vec<_> = outcome.changes.iter().map(Change::version).collect();
        assert!(versions.is_sorted_by(|a, b| a.next() == *b), "{versions:?}");
        for change in outcome.changes.clone() {
            spot.listener.receive([change]);
            assert!(
                spot.listener
                    .ordered()
                    .map(Model::id)
                    .eq(spot.model.iter().copied())
            );
        }
        if outcome.changes.len() > 1 {
            return;
        }
    }
    panic!("no row gets another key");
}

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
    Authority::restore(Version(3), Version::ZERO, rows, [])
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
        let outcome = authority.take(None, &[Mutation { seq: Seq(1), op }], 0);
        assert_eq!(outcome.rejected, []);
        let row = authority.row(touched).and_then(Row::live).unwrap();
        assert!(row.position.as_str().len() <= BOUND);
    }
}

#[test]
fn a_deleted_row_is_restored_to_where_it_stood_although_its_neighbours_got_new_keys() {
    let mut authority = with_long_keys();
    let take = |authority: &mut Authority<Counted>, op| {
        let outcome = authority.take(None, &[Mutation { seq: Seq(1), op }], 0);
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
    let outcome = authority.take(None, &[Mutation { seq: Seq(1), op }], 0);
    assert_eq!(outcome.rejected, []);
    outcome.changes.iter().map(|it| it.row.id()).collect()
}

#[test]
fn a_row_keeps_a_key_of_the_greatest_length() {
    for (length, is_kept) in [(BOUND, true), (BOUND + 1, false)] {
        let key = format!("a0{}", "V".repeat(length - 2));
        let rows = [counted(1, &key, false), counted(2, "a1", false)];
        let mut authority = Authority::restore(Version(2), Version::ZERO, rows, []);
        assert_eq!(touched(&mut authority, 1) == [id(1)], is_kept, "{length}");
    }
}

/// A channel of a hundred rows, whose keys begin with the same long text.
fn crowded() -> Authority<Counted> {
    let key = |n: u128| format!("a0{}{n:03}V", "V".repeat(BOUND));
    let rows = (1..=100).map(|n| counted(n, &key(n), false));
    Authority::restore(Version(100), Version::ZERO, rows, [])
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
    let mut authority = Authority::restore(Version(21), Version::ZERO, rows, []);
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
    let mut authority = Authority::restore(Version(200), Version::ZERO, live.chain(deleted), []);
    let changed = touched(&mut authority, 20);
    for n in 1..=40 {
        assert_eq!(changed.contains(&id(n)), (12..=28).contains(&n), "row {n}");
    }
    for n in [105, 111, 113, 129, 135] {
        assert_eq!(changed.contains(&id(n)), n == 113, "deleted row {n}");
    }
    let restore = Mutation {
        seq: Seq(1),
        op: Op::Restore { id: id(113) },
    };
    authority.take(None, &[restore], 0);
    let order: Vec<_> = authority.ordered().map(Model::id).collect();
    let expected = (1..=13).chain([113]).chain(14..=40).map(id);
    assert!(order.iter().copied().eq(expected), "{order:?}");
}

#[test]
fn a_client_that_moves_rows_offline_converges_on_the_short_keys() {
    let mut spot = Spot::of(10);
    let mut replica = Replica::new(client(2), spot.authority.snapshot());
    for _ in 0..500 {
        let order: Vec<_> = replica.ordered().map(Model::id).collect();
        let op = Op::Move {
            id: order[9],
            place: Place::After(order[4]),
        };
        replica.mutate(vec![op], 0).unwrap();
    }
    let shown: Vec<_> = replica.ordered().map(Model::id).collect();
    while let Some(push) = replica.next_push(2_000) {
        let Push { since, .. } = push;
        let outcome = spot.authority.take_push(&push, 0);
        replica.pushed(sync::PushAnswer {
            acked: outcome.acked,
            rejected: outcome.rejected,
            catch_up: spot.authority.since(since),
        });
        assert!(replica.ordered().map(Model::id).eq(shown.iter().copied()));
    }
    spot.model = shown;
    spot.listener
        .catch_up(Version::ZERO, spot.authority.since(Version::ZERO));
    spot.check();
    let is_short = |key: &Position| key.as_str().len() <= BOUND;
    assert!(replica.ordered().all(|row| is_short(&row.position)));
}
