//! Undo of what others have changed since.

use super::*;

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
