//! Pending mutations lie over whatever others do.

use super::*;

#[test]
fn a_pending_append_stays_behind_what_others_append() {
    let mut authority = sheet_with(&["do"]);
    let mut replica = open(&authority, 1);
    replica.mutate(vec![create(2, "mine")], 0).unwrap();
    let changes = theirs(&mut authority, vec![create(3, "theirs")]);
    let effects = replica.receive([changes[0].clone()]);
    assert_eq!(told(&effects), ["~mine", "+theirs"]);
    assert_eq!(shown(&replica), "do theirs mine");
}

#[test]
fn a_pending_move_keeps_to_its_neighbour() {
    let mut authority = sheet_with(&["do", "re", "mi"]);
    let mut replica = open(&authority, 1);
    replica
        .mutate(vec![move_to(1, Place::After(id(2)))], 0)
        .unwrap();
    let changes = theirs(&mut authority, vec![move_to(2, Place::End)]);
    replica.receive([changes[0].clone()]);
    assert_eq!(shown(&replica), "mi re do");
}

#[test]
fn a_pending_field_lies_over_others_changes_of_the_row() {
    let mut authority = sheet_with(&["do"]);
    let mut replica = open(&authority, 1);
    replica.mutate(vec![tune(1, 99)], 0).unwrap();
    for change in theirs(&mut authority, vec![sing(1, "theirs"), tune(1, 11)]) {
        replica.receive([change]);
    }
    let Some(Sheet::Tone(tone)) = replica.get(id(1)) else {
        panic!("it is there")
    };
    assert_eq!(
        (tone.lyric.as_str(), tone.pitch, tone.version),
        ("theirs", 99, Version(4))
    );
}

#[test]
fn a_pending_edit_of_a_row_that_others_delete_is_hidden_and_comes_back_refused_with_its_text() {
    let mut authority = sheet_with(&["do"]);
    let mut replica = open(&authority, 1);
    replica.mutate(vec![sing(1, "long thought")], 0).unwrap();
    let changes = theirs(&mut authority, vec![destroy(1)]);
    assert_eq!(
        told(&replica.receive([changes[0].clone()])),
        ["-long thought"]
    );
    assert_eq!(replica.pending(), 1);
    let effects = push_to(&mut authority, &mut replica);
    let refused = Refused {
        mutation: mutation(1, sing(1, "long thought")),
        reason: Refusal::Destroyed,
    };
    assert_eq!(effects.refused, [refused]);
    assert_eq!((told(&effects), replica.pending()), (vec![], 0));
}

#[test]
fn a_pending_edit_shows_again_when_its_row_is_restored() {
    let mut authority = sheet_with(&["do"]);
    let mut replica = open(&authority, 1);
    replica.mutate(vec![sing(1, "mine")], 0).unwrap();
    for change in theirs(&mut authority, vec![destroy(1), restore(1)]) {
        replica.receive([change]);
    }
    assert_eq!(shown(&replica), "mine");
    push_to(&mut authority, &mut replica);
    assert_eq!(lyrics(authority.ordered()), "mine");
}

#[test]
fn a_refused_mutation_leaves_the_view() {
    let mut authority = sheet_with(&["la"; Sheet::LIMIT - 1]);
    let mut replica = open(&authority, 1);
    replica.mutate(vec![create(50, "mine")], 0).unwrap();
    theirs(&mut authority, vec![create(51, "theirs")]);
    let effects = push_to(&mut authority, &mut replica);
    assert_eq!(told(&effects), ["-mine", "+theirs"]);
    assert_eq!(
        effects.refused[0].reason,
        Refusal::Full {
            limit: Sheet::LIMIT
        }
    );
}

#[test]
fn what_others_did_meanwhile_is_told_once_and_only_if_it_shows() {
    let mut authority = sheet_with(&["do", "re"]);
    let mut replica = open(&authority, 1);
    replica.mutate(vec![destroy(1)], 0).unwrap();
    let changes = theirs(&mut authority, vec![sing(1, "da"), sing(2, "ra")]);
    assert_eq!(
        told(&replica.receive([changes[0].clone()])),
        [""; 0],
        "it is not shown"
    );
    assert_eq!(told(&replica.receive([changes[1].clone()])), ["=ra"]);
    assert_eq!(
        told(&replica.receive([changes[1].clone()])),
        [""; 0],
        "it is known"
    );
}

#[test]
fn refused_edits_leave_the_row_as_it_was_before_all_of_them() {
    let mut authority = sheet_with(&["do"]);
    let mut replica = open(&authority, 1);
    replica.mutate(vec![sing(1, "x"), sing(1, "y")], 0).unwrap();
    theirs(&mut authority, vec![destroy(1)]);
    let push = replica.next_push(1024).unwrap();
    let answer = answer(&mut authority, &push);
    for change in theirs(&mut authority, vec![restore(1)]) {
        replica.receive([change]);
    }
    assert_eq!(shown(&replica), "y", "not yet known to be refused");
    let effects = replica.pushed(answer);
    assert_eq!(
        (told(&effects), effects.refused.len()),
        (vec!["=do".to_owned()], 2)
    );
}
