//! A client sees its own changes at once.

use std::num::NonZeroUsize;

use super::*;

#[test]
fn show_at_once_and_are_confirmed_by_the_answer() {
    let mut authority = sheet_with(&["do"]);
    let mut replica = open(&authority, 1);
    let effects = replica
        .mutate(vec![create(2, "re"), sing(1, "da")], 7)
        .unwrap();
    assert_eq!(told(&effects), ["=da", "+re"]);
    assert_eq!(shown(&replica), "da re");
    assert!(replica.is_pending(id(1)) && replica.is_pending(id(2)) && !replica.is_pending(SCORE));

    push_to(&mut authority, &mut replica);
    assert_eq!((replica.pending(), replica.cursor()), (0, Version(4)));
    assert!(!replica.is_pending(id(1)));
    assert_eq!(replica.next_push(1024), None, "nothing is left to say");
    assert!(replica.ordered().eq(authority.ordered()));
}

#[test]
fn keep_the_version_of_what_is_confirmed() {
    let authority = sheet_with(&["do"]);
    let mut replica = open(&authority, 1);
    replica
        .mutate(vec![create(2, "re"), sing(1, "da")], 7)
        .unwrap();
    let versions: Vec<_> = replica.ordered().map(Model::version).collect();
    assert_eq!(versions, [2, 0].map(Version));
}

#[test]
fn are_all_done_or_none() {
    let authority = sheet_with(&["do", "re"]);
    let mut replica = open(&authority, 1);
    replica.mutate(vec![sing(2, "ra")], 0).unwrap();
    let refusal = replica.mutate(vec![destroy(1), create(3, "mi"), sing(2, " ")], 0);
    assert_eq!(
        refusal,
        Err(Refusal::Blank {
            field: "lyric".into()
        })
    );
    assert_eq!((shown(&replica).as_str(), replica.pending()), ("do ra", 1));
    assert!(!replica.is_pending(id(1)));
}

#[test]
fn are_refused_at_once_by_the_authoritys_rules() {
    let mut authority = sheet_with(&["la"; Sheet::LIMIT]);
    theirs(&mut authority, vec![destroy(1), create(50, "last")]);
    let mut replica = open(&authority, 1);
    replica
        .mutate(vec![destroy(2), create(51, "mine")], 0)
        .unwrap();
    let mut refusal = |op| replica.mutate(vec![op], 0).unwrap_err();
    assert_eq!(refusal(sing(99, "la")), Refusal::NotFound);
    assert_eq!(refusal(sing(2, "la")), Refusal::Destroyed);
    assert_eq!(
        refusal(create(52, "more")),
        Refusal::Full {
            limit: Sheet::LIMIT
        }
    );
    assert_eq!(
        refusal(restore(2)),
        Refusal::Full {
            limit: Sheet::LIMIT
        }
    );
    assert_eq!(
        refusal(Op::Move {
            id: SCORE,
            place: Place::Start
        }),
        Refusal::Unsupported
    );
    assert_eq!(
        refusal(sing(3, &"x".repeat(LYRIC_LIMIT + 1))),
        Refusal::TooLong {
            field: "lyric".into(),
            limit: LYRIC_LIMIT,
            length: NonZeroUsize::new(LYRIC_LIMIT + 1)
        }
    );
}

#[test]
fn are_dropped_when_they_change_nothing() {
    let authority = sheet_with(&["do", "re"]);
    let mut replica = open(&authority, 1);
    let ops = vec![
        sing(1, "do"),
        move_to(2, Place::End),
        restore(1),
        create(1, "again"),
        title("Untitled"),
    ];
    assert_eq!(replica.mutate(ops, 0), Ok(Effects::default()));
    assert_eq!(replica.next_push(1024), None);
}

#[test]
fn of_one_row_make_one_delta() {
    let authority = sheet_with(&["do"]);
    let mut replica = open(&authority, 1);
    let effects = replica
        .mutate(vec![sing(1, "x"), sing(1, "y"), tune(1, 62)], 0)
        .unwrap();
    assert_eq!(told(&effects), ["=y"]);
    let effects = replica.mutate(vec![create(2, "z"), destroy(2)], 0).unwrap();
    assert_eq!(told(&effects), [""; 0]);
    assert_eq!(replica.pending(), 5);
}

#[test]
fn are_numbered_without_a_gap() {
    let mut authority = sheet();
    let mut replica = open(&authority, 1);
    replica
        .mutate(vec![create(1, "do"), sing(1, "do"), create(2, "re")], 0)
        .unwrap();
    replica.mutate(vec![sing(9, "la")], 0).unwrap_err();
    push_to(&mut authority, &mut replica);
    replica.mutate(vec![create(3, "mi")], 0).unwrap();
    let pending: Vec<_> = replica.pending_mutations().cloned().collect();
    assert_eq!(pending, [mutation(3, create(3, "mi"))]);
}

#[test]
fn reach_rows_without_order_too() {
    let mut authority = sheet();
    let mut replica = open(&authority, 1);
    assert_eq!(
        told(&replica.mutate(vec![title("Air")], 0).unwrap()),
        ["=Air"]
    );
    push_to(&mut authority, &mut replica);
    assert_eq!(
        replica.get(SCORE),
        authority.row(SCORE).and_then(sync::Row::live)
    );
}
