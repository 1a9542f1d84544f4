//! Keys stay short, however often rows are inserted at the same spot, and the order stays as it is.

mod long_keys;

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
            authority: Authority::restore(0, 0, [], []),
            model: Vec::new(),
            listener: Replica::new(
                client(1),
                CatchUp {
                    changes: vec![],
                    ..Authority::<Counted>::restore(0, 0, [], []).snapshot()
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
        let outcome = self.authority.take(None, &[Mutation { seq: 1, op }], 7);
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
        let mutations = [Mutation { seq: 1, op }];
        let outcome = spot.authority.take(None, &mutations, 0);
        let versions: Vec<_> = outcome.changes.iter().map(Change::version).collect();
        assert!(versions.is_sorted_by(|a, b| a + 1 == *b), "{versions:?}");
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
    spot.listener.catch_up(0, spot.authority.since(0));
    spot.check();
    let is_short = |key: &Position| key.as_str().len() <= BOUND;
    assert!(replica.ordered().all(|row| is_short(&row.position)));
}
