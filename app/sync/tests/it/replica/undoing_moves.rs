//! The undo of one's own move is refused only if somebody else has moved that very row since.

use std::collections::BTreeMap;

use fastrand::Rng;
use sync::{History, Reversal};

use super::*;

/// A client whose pushes and frames arrive when the test says so.
struct Mover {
    authority: Authority<Sheet>,
    replica: Replica<Sheet>,
    history: History<Sheet>,
    /// Others' changes that are on their way.
    frames: Vec<Change<Sheet>>,
    answer: Option<PushAnswer<Sheet>>,
}

impl Mover {
    fn with(rows: &[&str]) -> Self {
        let authority = sheet_with(rows);
        Self {
            replica: open(&authority, 1),
            authority,
            history: History::default(),
            frames: Vec::new(),
            answer: None,
        }
    }

    fn act(&mut self, ops: Vec<Op<Sheet>>) {
        let reversal = Reversal::of(&ops, &self.replica);
        let pending = self.replica.pending();
        self.replica.mutate(ops, 0).unwrap();
        if self.replica.pending() > pending {
            self.history.did(reversal);
        }
    }

    fn others(&mut self, ops: Vec<Op<Sheet>>) {
        self.frames.extend(theirs(&mut self.authority, ops));
    }

    fn hear(&mut self, number: usize) {
        let frames: Vec<_> = self.frames.drain(..number.min(self.frames.len())).collect();
        self.input(|replica| replica.receive(frames));
    }

    /// The server takes what is pending; the answer is on its way.
    fn send(&mut self) {
        if let Some(push) = self.replica.next_push(100_000) {
            self.answer = Some(answer(&mut self.authority, &push));
        }
    }

    fn hear_answer(&mut self) {
        if let Some(answer) = self.answer.take() {
            self.input(|replica| replica.pushed(answer));
        }
    }

    fn rest(&mut self) {
        self.hear_answer();
        while self.replica.pending() > 0 {
            self.send();
            self.hear_answer();
        }
        self.hear(usize::MAX);
    }

    fn input(&mut self, input: impl FnOnce(&mut Replica<Sheet>) -> Effects<Sheet>) {
        let rows = self.replica.ordered().map(|row| (row.id(), row.clone()));
        let before: BTreeMap<_, _> = rows.collect();
        for delta in input(&mut self.replica).view {
            let id = match &delta {
                Delta::Inserted(row) | Delta::Updated { row, .. } | Delta::Removed(row) => row.id(),
            };
            self.history.note(before.get(&id), &delta);
        }
    }

    /// Undoes; answers whether something was left alone, and whether anything was done.
    fn undo(&mut self) -> (bool, bool) {
        let undone = self.history.undo(&self.replica).expect("an action");
        let did = !undone.ops.is_empty();
        self.replica.mutate(undone.ops, 0).unwrap();
        (undone.overtaken, did)
    }
}

#[test]
fn it_is_taken_back_although_somebody_added_a_row_at_the_same_place() {
    let mut it = Mover::with(&["do", "re", "mi", "fa"]);
    it.act(vec![move_to(4, Place::After(id(1)))]);
    it.others(vec![create_at(5, "so", Place::After(id(1)))]);
    it.send();
    it.hear(1);
    it.hear_answer();
    assert_eq!(shown(&it.replica), "do fa so re mi");
    assert_eq!(it.undo(), (false, true));
    it.rest();
    assert_eq!(shown(&it.replica), "do so re mi fa");
}

#[test]
fn it_is_left_alone_when_somebody_has_moved_the_same_row_since() {
    let mut it = Mover::with(&["do", "re", "mi", "fa"]);
    it.act(vec![move_to(4, Place::After(id(1)))]);
    it.rest();
    it.others(vec![move_to(4, Place::Start)]);
    it.hear(1);
    assert_eq!(it.undo(), (true, false));
    assert_eq!(shown(&it.replica), "fa do re mi");
}

#[test]
fn it_is_left_alone_when_the_row_was_moved_among_others_that_were_moved_with_it() {
    let mut it = Mover::with(&["do", "re", "mi", "fa"]);
    it.act(vec![move_to(4, Place::Start)]);
    it.rest();
    it.others(vec![
        move_to(1, Place::End),
        move_to(4, Place::After(id(2))),
    ]);
    it.hear(2);
    assert_eq!(shown(&it.replica), "re fa mi do");
    assert_eq!(it.undo(), (true, false));
}

#[test]
fn it_is_taken_back_although_the_rows_around_it_got_other_keys() {
    let mut it = Mover::with(&["do", "re", "mi", "fa", "so", "la"]);
    it.act(vec![move_to(4, Place::Start)]);
    it.rest();
    let key = |it: &Mover| it.replica.get(id(4)).unwrap().position().unwrap().clone();
    let before = key(&it);
    let mut moves = 0;
    while key(&it) == before {
        // Between it and the first row, until there is no room left.
        let row = [5, 6][moves % 2];
        it.others(vec![move_to(row, Place::After(id(4)))]);
        it.hear(usize::MAX);
        moves += 1;
        assert!(moves < 1_000, "its key is never changed");
    }
    assert_eq!(it.undo(), (false, true));
    it.rest();
    assert!(
        shown(&it.replica).ends_with("do re mi fa"),
        "{}",
        shown(&it.replica)
    );
}

/// Others do anything but move the rows that this client has moved.
#[test]
fn no_undo_of_an_own_move_is_refused_unless_somebody_has_moved_that_row() {
    let mut undos = 0;
    for seed in 0..4_000 {
        let mut rng = Rng::with_seed(seed);
        let mut it = Mover::with(&["do", "re", "mi", "fa", "so"]);
        let (own, mut next, mut actions) = (rng.u128(1..=5), 6, 0);
        let any_place = |rng: &mut Rng, next: u128| match rng.u8(..5) {
            0 => Place::Start,
            1 => Place::End,
            _ => Place::After(id(rng.u128(1..next))),
        };
        for _ in 0..rng.usize(5..40) {
            match rng.u8(..12) {
                0..2 => {
                    let place = any_place(&mut rng, next);
                    it.act(vec![move_to(own, place)]);
                    actions += 1;
                }
                2..4 if it.authority.ordered().count() < 10 => {
                    // Often just where this client puts its row.
                    let place = match (rng.bool(), it.replica.place(id(own))) {
                        (true, Some(place)) => place,
                        _ => any_place(&mut rng, next),
                    };
                    it.others(vec![create_at(next, &next.to_string(), place)]);
                    next += 1;
                }
                2..6 => {
                    let row = rng.u128(1..next);
                    if row != own {
                        let place = any_place(&mut rng, next);
                        let ops = [
                            move_to(row, place),
                            destroy(row),
                            sing(row, &seed.to_string()),
                        ];
                        let op = rng.choice(ops).unwrap();
                        let mutations = [mutation(1, op)];
                        let changes = it.authority.take(None, &mutations, 0).changes;
                        it.frames.extend(changes);
                    }
                }
                6 => it.others(vec![tune(own, rng.u32(..100))]),
                7..9 => it.hear(rng.usize(1..4)),
                9 => it.send(),
                10 => it.hear_answer(),
                _ if actions > 0 && it.history.can_undo() => {
                    let (overtaken, _) = it.undo();
                    assert!(!overtaken, "seed {seed}: {}", shown(&it.replica));
                    undos += 1;
                }
                _ => {}
            }
        }
        if rng.bool() {
            it.rest();
        }
        while it.history.can_undo() {
            let (overtaken, _) = it.undo();
            assert!(!overtaken, "seed {seed}: {}", shown(&it.replica));
            undos += 1;
        }
        it.rest();
        assert!(
            it.replica.ordered().eq(it.authority.ordered()),
            "seed {seed}"
        );
    }
    println!("{undos} undos");
    assert!(undos > 5_000, "{undos} undos");
}
