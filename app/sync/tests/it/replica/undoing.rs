//! What a client did it can take back, and do again, but never what others did later.

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
fn leaves_a_field_that_somebody_else_has_changed_later() {
    let mut it = Undoer::with(&["do"]);
    it.act(vec![sing(1, "da")]);
    it.others(vec![sing(1, "theirs")]);
    assert!(it.undo());
    assert_eq!(it.shown(), "theirs");
}

#[test]
fn leaves_a_field_that_somebody_else_has_set_to_the_same_value_again() {
    let mut it = Undoer::with(&["do"]);
    it.act(vec![sing(1, "da")]);
    it.others(vec![sing(1, "theirs"), sing(1, "da")]);
    assert!(it.undo());
    assert_eq!(it.shown(), "da");
}

#[test]
fn leaves_a_field_that_somebody_has_changed_while_the_row_was_not_to_be_seen() {
    let mut it = Undoer::with(&["do"]);
    it.act(vec![sing(1, "da")]);
    it.act(vec![destroy(1)]);
    it.others(vec![restore(1), sing(1, "theirs")]);
    it.undo();
    assert!(it.undo());
    assert_eq!(it.shown(), "theirs");
}

#[test]
fn leaves_what_somebody_has_changed_without_its_being_known_yet() {
    let mut it = Undoer::with(&["do", "re"]);
    it.act(vec![sing(1, "da")]);
    it.act(vec![create(3, "mi")]);
    // They are not heard of before both are undone.
    theirs(
        &mut it.authority,
        vec![sing(1, "theirs"), sing(3, "theirs too")],
    );
    for _ in 0..2 {
        let undone = it.history.undo(&it.replica).expect("an action");
        it.replica.mutate(undone.ops, 0).unwrap();
    }
    assert_eq!(shown(&it.replica), "do re");
    let effects = push_to(&mut it.authority, &mut it.replica);
    let reasons: Vec<_> = effects.refused.iter().map(|it| it.reason.clone()).collect();
    assert_eq!(reasons, [Refusal::Overtaken, Refusal::Overtaken]);
    assert_eq!(it.shown(), "theirs re theirs too");
    assert_eq!(shown(&it.replica), it.shown());
}

#[test]
fn takes_back_the_rest_and_says_so_where_somebody_has_changed_a_part() {
    let mut it = Undoer::with(&["do"]);
    it.act(vec![sing(1, "da"), tune(1, 72)]);
    it.others(vec![tune(1, 48)]);
    assert!(it.undo());
    assert_eq!(it.shown(), "do");
}

#[test]
fn takes_back_a_field_beside_one_that_somebody_else_has_changed() {
    let mut it = Undoer::with(&["do"]);
    it.act(vec![sing(1, "da")]);
    it.others(vec![tune(1, 72)]);
    assert!(!it.undo());
    assert_eq!(it.shown(), "do");
}

#[test]
fn leaves_a_row_that_somebody_else_has_worked_on_since_it_was_made() {
    let mut it = Undoer::with(&[]);
    it.act(vec![create(1, "do")]);
    it.others(vec![sing(1, "theirs")]);
    assert!(it.undo());
    assert_eq!(it.shown(), "theirs");
}

#[test]
fn leaves_a_new_row_that_somebody_else_has_changed_to_and_fro() {
    let mut it = Undoer::with(&[]);
    it.act(vec![create(1, "do")]);
    it.others(vec![sing(1, "theirs"), sing(1, "do")]);
    assert!(it.undo());
    assert_eq!(it.shown(), "do");
}

#[test]
fn takes_back_a_new_row_that_somebody_else_has_only_moved() {
    let mut it = Undoer::with(&["do", "re"]);
    it.act(vec![create(3, "mi")]);
    it.others(vec![move_to(3, Place::Start)]);
    assert!(!it.undo());
    assert_eq!(it.shown(), "do re");
}

#[test]
fn leaves_a_row_that_somebody_else_has_moved_later() {
    let mut it = Undoer::with(&["do", "re", "mi"]);
    it.act(vec![move_to(3, Place::Start)]);
    it.others(vec![move_to(3, Place::After(id(1)))]);
    assert!(it.undo());
    assert_eq!(it.shown(), "do mi re");
}

/// What others change is noted in every action that it concerns, wherever it waits to be taken back
/// or to be done again. Each set of changes ends where it began: nothing but the note tells of them.
#[test]
fn leaves_what_somebody_has_changed_to_and_fro_in_all_actions_and_in_both_directions() {
    let fro = |ops: [Op<Sheet>; 2]| ops.to_vec();
    // Both actions are still done.
    let mut it = Undoer::with(&["do"]);
    it.act(vec![sing(1, "da")]);
    it.act(vec![tune(1, 72)]);
    it.act(vec![sing(1, "di")]);
    it.act(vec![sing(1, "da")]);
    it.others(fro([sing(1, "theirs"), sing(1, "da")]));
    assert_eq!(
        [it.undo(), it.undo(), it.undo(), it.undo()],
        [true, true, false, true]
    );
    assert_eq!(it.shown(), "da");

    // Both are taken back.
    let mut it = Undoer::with(&["do"]);
    it.act(vec![sing(1, "da")]);
    it.act(vec![sing(1, "do")]);
    assert_eq!([it.undo(), it.undo()], [false, false]);
    it.others(fro([sing(1, "theirs"), sing(1, "do")]));
    assert_eq!([it.redo(), it.redo()], [true, true]);
    assert_eq!(it.shown(), "do");

    // One is done, one is taken back.
    let mut it = Undoer::with(&["do"]);
    it.act(vec![sing(1, "da")]);
    it.act(vec![sing(1, "di")]);
    it.undo();
    it.others(fro([sing(1, "theirs"), sing(1, "da")]));
    let mut other_way = it.clone();
    assert!(it.undo());
    assert_eq!(it.shown(), "da");
    assert!(other_way.redo());
    assert_eq!(other_way.shown(), "da");
}

#[test]
fn leaves_a_row_that_somebody_has_moved_in_all_actions_and_in_both_directions() {
    let mut it = Undoer::with(&["do", "re", "mi"]);
    it.act(vec![move_to(1, Place::End)]);
    it.act(vec![move_to(1, Place::After(id(2)))]);
    let mut other_way = it.clone();
    it.others(vec![move_to(1, Place::End)]);
    assert_eq!([it.undo(), it.undo()], [true, true]);
    assert_eq!(it.shown(), "re mi do");

    assert_eq!([other_way.undo(), other_way.undo()], [false, false]);
    other_way.others(vec![move_to(1, Place::End)]);
    assert_eq!([other_way.redo(), other_way.redo()], [true, true]);
    assert_eq!(other_way.shown(), "re mi do");
}

#[test]
fn takes_back_the_move_of_a_new_row_that_others_could_not_move() {
    let mut it = Undoer::with(&["do", "re"]);
    it.act_offline(vec![create(9, "new")]);
    it.act_offline(vec![move_to(9, Place::Start)]);
    assert_eq!(shown(&it.replica), "new do re");
    // It gets another place by that, but not another neighbour.
    it.others(vec![create_at(3, "theirs", Place::Start)]);
    assert_eq!(shown(&it.replica), "new theirs do re");
    assert!(!it.undo());
    assert_eq!(it.shown(), "theirs do re new");
}

#[test]
fn leaves_deleted_what_somebody_else_has_deleted() {
    let mut it = Undoer::with(&["do"]);
    it.act(vec![sing(1, "da")]);
    it.others(vec![destroy(1)]);
    assert!(it.undo());
    assert_eq!(it.shown(), "");
}

#[test]
fn leaves_what_somebody_else_has_brought_back_already() {
    let mut it = Undoer::with(&["do"]);
    it.act(vec![destroy(1)]);
    it.others(vec![restore(1)]);
    assert!(!it.undo());
    assert_eq!(it.shown(), "do");
}

#[test]
fn leaves_a_row_that_somebody_else_has_deleted_and_brought_back() {
    let mut it = Undoer::with(&[]);
    it.act(vec![create(1, "do")]);
    it.others(vec![destroy(1), restore(1)]);
    it.undo();
    assert_eq!(it.shown(), "do");
}

#[test]
fn says_so_where_a_part_was_changed_and_nobody_noted_it() {
    let mut it = Undoer::with(&["do"]);
    let both = SheetPatch::Tone(TonePatch {
        lyric: Some("da".into()),
        pitch: Some(72),
    });
    it.act(vec![Op::Update {
        id: id(1),
        patch: both,
    }]);
    theirs(&mut it.authority, vec![tune(1, 48)]);
    let since = it.replica.cursor();
    it.replica.catch_up(since, it.authority.since(since));
    assert!(it.undo());
    assert_eq!(it.shown(), "do");
}

#[test]
fn says_so_when_a_deleted_row_is_no_longer_known() {
    let mut it = Undoer::with(&["do"]);
    it.act(vec![destroy(1)]);
    it.authority.prune(Version(u64::MAX));
    theirs(&mut it.authority, vec![create(2, "re")]);
    it.replica.catch_up(Version::ZERO, it.authority.snapshot());
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
