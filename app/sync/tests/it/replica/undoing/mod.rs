//! What a client did it can take back, and do again, but never what others did later.

mod overtaking;

use sync::{History, Reversal, Undone};

use super::*;

/// A replica with its history, as an app keeps them.
#[derive(Clone)]
struct Undoer {
    authority: Authority<Sheet>,
    replica: Replica<Sheet>,
    history: History<Sheet>,
}

impl Undoer {
    fn with(lyrics: &[&str]) -> Self {
        let authority = sheet_with(lyrics);
        let replica = open(&authority, 1);
        Self {
            authority,
            replica,
            history: History::default(),
        }
    }

    fn act(&mut self, ops: Vec<Op<Sheet>>) {
        self.act_offline(ops);
        push_to(&mut self.authority, &mut self.replica);
    }

    fn act_offline(&mut self, ops: Vec<Op<Sheet>>) {
        let reversal = Reversal::of(&ops, &self.replica);
        self.replica.mutate(ops, 0).unwrap();
        self.history.did(reversal);
    }

    fn undo(&mut self) -> bool {
        let undone = self.history.undo(&self.replica).expect("an action");
        self.apply(undone)
    }

    fn redo(&mut self) -> bool {
        let redone = self.history.redo(&self.replica).expect("an undone action");
        self.apply(redone)
    }

    /// Answers whether something was left alone.
    fn apply(&mut self, Undone { ops, overtaken }: Undone<Sheet>) -> bool {
        if !ops.is_empty() {
            self.replica.mutate(ops, 0).unwrap();
        }
        if self.replica.pending() > 0 {
            push_to(&mut self.authority, &mut self.replica);
        }
        overtaken
    }

    fn others(&mut self, ops: Vec<Op<Sheet>>) {
        for change in theirs(&mut self.authority, ops) {
            let before = self.replica.clone();
            for delta in self.replica.receive([change]).view {
                let (Delta::Inserted(row) | Delta::Updated { row, .. } | Delta::Removed(row)) =
                    &delta;
                self.history.note(before.get(row.id()), &delta);
            }
        }
    }

    fn shown(&self) -> String {
        lyrics(self.authority.ordered())
    }
}

#[test]
fn takes_back_and_does_again_every_kind_of_operation() {
    let actions = [
        (create(9, "fa"), "do re mi fa"),
        (sing(1, "da"), "da re mi"),
        (destroy(2), "do mi"),
        (move_to(3, Place::Start), "mi do re"),
        (move_to(1, Place::After(id(2))), "re do mi"),
    ];
    for (op, after) in actions {
        let mut it = Undoer::with(&["do", "re", "mi"]);
        it.act(vec![op]);
        assert_eq!(it.shown(), after);
        for _ in 0..2 {
            assert!(!it.undo());
            assert_eq!(it.shown(), "do re mi");
            assert!(!it.redo());
            assert_eq!(it.shown(), after);
        }
    }
}

#[test]
fn takes_back_an_action_on_many_rows_as_one() {
    let mut it = Undoer::with(&["do", "re", "mi"]);
    it.act(vec![destroy(1), destroy(3)]);
    it.undo();
    assert_eq!(it.shown(), "do re mi");
    assert!(!it.history.can_undo() && it.history.can_redo());
}

#[test]
fn takes_back_that_several_rows_were_moved() {
    let mut it = Undoer::with(&["do", "re", "mi", "fa"]);
    it.act(vec![
        move_to(3, Place::Start),
        move_to(4, Place::After(id(3))),
    ]);
    assert_eq!(it.shown(), "mi fa do re");
    for _ in 0..2 {
        assert!(!it.undo());
        assert_eq!(it.shown(), "do re mi fa");
        assert!(!it.redo());
        assert_eq!(it.shown(), "mi fa do re");
    }
}

#[test]
fn takes_back_the_last_action_first() {
    let mut it = Undoer::with(&["do"]);
    it.act(vec![sing(1, "da")]);
    it.act(vec![sing(1, "di")]);
    it.undo();
    assert_eq!(it.shown(), "da");
    it.undo();
    assert_eq!(it.shown(), "do");
}

#[test]
fn forgets_what_was_undone_when_something_new_is_done() {
    let mut it = Undoer::with(&["do"]);
    it.act(vec![sing(1, "da")]);
    it.undo();
    it.act(vec![sing(1, "di")]);
    assert!(!it.history.can_redo());
}

#[test]
fn says_so_when_a_deleted_row_is_no_longer_known() {
    let mut it = Undoer::with(&["do"]);
    it.act(vec![destroy(1)]);
    it.authority.prune(u64::MAX);
    theirs(&mut it.authority, vec![create(2, "re")]);
    it.replica.catch_up(0, it.authority.snapshot());
    assert!(it.undo());
    assert_eq!(it.shown(), "re");
}

#[test]
fn brings_back_as_many_rows_as_there_is_room_for() {
    let most = <Sheet as sync::Model>::LIMIT as u128;
    let mut it = Undoer::with(&[]);
    it.act((1..=most).map(|n| create(n, "do")).collect());
    it.act(vec![destroy(1), destroy(2)]);
    it.others(vec![create(most + 1, "theirs")]);
    assert!(it.undo());
    assert_eq!(it.authority.ordered().count() as u128, most);
}

#[test]
fn restores_what_was_learned_to_be_deleted() {
    let mut authority = sheet_with(&["do", "re"]);
    let gone = theirs(&mut authority, vec![destroy(1)]);
    let mut replica = open(&authority, 1);
    assert_eq!(replica.possible(vec![restore(1)]), (vec![], false));
    replica.learn(gone);
    assert_eq!(replica.deleted().count(), 1);
    replica.mutate(vec![restore(1)], 0).unwrap();
    assert_eq!(shown(&replica), "do re");
    push_to(&mut authority, &mut replica);
    assert_eq!(lyrics(authority.ordered()), "do re");
}

#[test]
fn never_learns_that_a_row_is_deleted_which_it_knows_to_live() {
    let mut authority = sheet_with(&["do"]);
    let gone = theirs(&mut authority, vec![destroy(1)]);
    let back = theirs(&mut authority, vec![restore(1)]);
    let mut replica = open(&authority, 1);
    replica.receive([back.into_iter().next().expect("a change")]);
    replica.learn(gone);
    assert_eq!(shown(&replica), "do");
}
