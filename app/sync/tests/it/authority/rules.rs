//! What can be done to a row, and what not.

use std::num::NonZeroUsize;

use super::*;

#[test]
fn creating_what_exists_or_existed_changes_nothing() {
    let mut authority = sheet_with(&["do"]);
    assert!(changes_nothing(&mut authority, create(1, "again")));
    take(&mut authority, vec![destroy(1)]);
    assert!(changes_nothing(&mut authority, create(1, "again")));
    assert!(authority.row(id(1)).unwrap().destroyed);
}

#[test]
fn an_unknown_row_is_not_found() {
    let mut authority = sheet();
    for op in [
        sing(9, "la"),
        move_to(9, Place::End),
        destroy(9),
        restore(9),
    ] {
        assert_eq!(refusal(&mut authority, op), Refusal::NotFound);
    }
}

#[test]
fn a_deleted_row_can_only_be_restored() {
    let mut authority = sheet_with(&["do"]);
    take(&mut authority, vec![destroy(1)]);
    assert_eq!(refusal(&mut authority, sing(1, "la")), Refusal::Destroyed);
    assert_eq!(
        refusal(&mut authority, move_to(1, Place::Start)),
        Refusal::Destroyed
    );
    assert!(changes_nothing(&mut authority, destroy(1)));
    assert_eq!(take(&mut authority, vec![restore(1)]), (1, vec![]));
    assert!(changes_nothing(&mut authority, restore(1)));
    assert_eq!(lyrics(authority.ordered()), "do");
}

#[test]
fn two_peoples_changes_to_one_row_both_survive() {
    let mut authority = sheet_with(&["do"]);
    authority.take(Some(client(1)), &[mutation(1, sing(1, "re"))], 0);
    authority.take(Some(client(2)), &[mutation(1, tune(1, 62))], 0);
    let Some(Sheet::Tone(tone)) = authority.row(id(1)).and_then(Row::live) else {
        panic!("it is there")
    };
    assert_eq!((tone.lyric.as_str(), tone.pitch), ("re", 62));
}

/// Takes back that tone 1 was made "da" and 72; before, it was "do" and 60.
fn taken_back() -> Op<Sheet> {
    let patch = |lyric: &str, pitch| {
        SheetPatch::Tone(TonePatch {
            lyric: Some(lyric.into()),
            pitch: Some(pitch),
        })
    };
    Op::Revert {
        id: id(1),
        from: patch("da", 72),
        to: Some(patch("do", 60)),
    }
}

fn tone(authority: &Authority<Sheet>, n: u128) -> (&str, u32) {
    match authority.row(id(n)).and_then(Row::live) {
        Some(Sheet::Tone(tone)) => (&tone.lyric, tone.pitch),
        other => panic!("no tone: {other:?}"),
    }
}

#[test]
fn a_revert_sets_each_field_that_nobody_has_changed_since_and_no_other() {
    for (theirs, expected) in [
        (vec![], ("do", 60)),
        (vec![sing(1, "theirs")], ("theirs", 60)),
        (vec![tune(1, 48)], ("do", 48)),
        (vec![tune(1, 48), tune(1, 72)], ("do", 60)),
    ] {
        let mut authority = sheet_with(&["do"]);
        take(&mut authority, vec![sing(1, "da"), tune(1, 72)]);
        take(&mut authority, theirs);
        assert_eq!(take(&mut authority, vec![taken_back()]), (1, vec![]));
        assert_eq!(tone(&authority, 1), expected);
    }
}

#[test]
fn a_revert_of_which_nothing_is_left_is_refused() {
    let mut authority = sheet_with(&["do"]);
    take(&mut authority, vec![sing(1, "theirs"), tune(1, 48)]);
    assert_eq!(refusal(&mut authority, taken_back()), Refusal::Overtaken);
    assert_eq!(tone(&authority, 1), ("theirs", 48));
    take(&mut authority, vec![destroy(1)]);
    assert_eq!(refusal(&mut authority, taken_back()), Refusal::Destroyed);
}

#[test]
fn a_revert_of_a_creation_deletes_the_row_unless_somebody_has_changed_a_field() {
    for (theirs, is_deleted) in [
        (vec![], true),
        (vec![sing(1, "theirs")], false),
        (vec![tune(1, 48)], false),
        (vec![move_to(1, Place::End)], true),
    ] {
        let mut authority = sheet_with(&["do", "re"]);
        take(&mut authority, theirs);
        let made = SheetPatch::Tone(TonePatch {
            lyric: Some("do".into()),
            pitch: Some(60),
        });
        let unmake = Op::Revert {
            id: id(1),
            from: made,
            to: None,
        };
        let expected = if is_deleted {
            (1, vec![])
        } else {
            (0, vec![Refusal::Overtaken])
        };
        assert_eq!(take(&mut authority, vec![unmake.clone()]), expected);
        assert_eq!(authority.row(id(1)).unwrap().destroyed, is_deleted);
        if is_deleted {
            assert!(changes_nothing(&mut authority, unmake));
        }
    }
}

#[test]
fn a_full_channel_takes_neither_new_rows_nor_old_ones_back() {
    let mut authority = sheet_with(&["la"; Sheet::LIMIT]);
    let full = Refusal::Full {
        limit: Sheet::LIMIT,
    };
    assert_eq!(refusal(&mut authority, create(100, "more")), full);
    take(&mut authority, vec![destroy(1), create(100, "more")]);
    assert_eq!(refusal(&mut authority, restore(1)), full);
    take(&mut authority, vec![destroy(2)]);
    assert_eq!(take(&mut authority, vec![restore(1)]), (1, vec![]));
}

#[test]
fn values_are_checked_by_the_model() {
    let mut authority = sheet_with(&["do"]);
    let blank = Refusal::Blank {
        field: "lyric".into(),
    };
    let long = Refusal::TooLong {
        field: "lyric".into(),
        limit: LYRIC_LIMIT,
        length: NonZeroUsize::new(LYRIC_LIMIT + 1),
    };
    assert_eq!(refusal(&mut authority, create(2, " ")), blank);
    assert_eq!(refusal(&mut authority, sing(1, " ")), blank);
    assert_eq!(
        refusal(&mut authority, sing(1, &"x".repeat(LYRIC_LIMIT + 1))),
        long
    );
    assert_eq!(lyrics(authority.ordered()), "do");
}

#[test]
fn a_row_without_order_can_be_updated_and_destroyed_but_not_created_moved_or_restored() {
    let mut authority = sheet();
    let another = Op::Create {
        id: id(7),
        draft: SheetPatch::Title("II".into()),
        place: Place::End,
    };
    let restore_score = Op::Restore { id: SCORE };
    assert_eq!(refusal(&mut authority, another), Refusal::Unsupported);
    assert_eq!(
        refusal(
            &mut authority,
            Op::Move {
                id: SCORE,
                place: Place::Start
            }
        ),
        Refusal::Unsupported
    );
    assert_eq!(
        take(
            &mut authority,
            vec![title("Air"), Op::Destroy { id: SCORE }]
        ),
        (2, vec![])
    );
    assert_eq!(refusal(&mut authority, restore_score), Refusal::Unsupported);
    assert_eq!(refusal(&mut authority, title("Late")), Refusal::Destroyed);
}

#[test]
fn a_refusal_does_not_stop_the_mutations_behind_it() {
    let mut authority = sheet();
    assert_eq!(
        take(&mut authority, vec![sing(9, "la"), create(1, "le")]),
        (1, vec![Refusal::NotFound])
    );
}

fn revert(row: Uuid, from: SheetPatch, to: Option<SheetPatch>) -> Op<Sheet> {
    Op::Revert { id: row, from, to }
}

fn lyric_and_pitch(lyric: Option<&str>, pitch: Option<u32>) -> SheetPatch {
    SheetPatch::Tone(TonePatch {
        lyric: lyric.map(Into::into),
        pitch,
    })
}

/// Each operation on a row of each kind, with a patch of each kind, and whether it makes sense.
#[allow(clippy::too_many_lines, reason = "it is a table")]
fn every_op_by_kind() -> Vec<(&'static str, Op<Sheet>, bool)> {
    let tone = || lyric_and_pitch(Some("do"), None);
    let other = || lyric_and_pitch(Some("da"), None);
    let score = || SheetPatch::Title("Untitled".into());
    let create = |id, draft| Op::Create {
        id,
        draft,
        place: Place::Start,
    };
    let update = |id, patch| Op::Update { id, patch };
    let (row, list) = (id(1), SCORE);
    vec![
        ("a tone again", create(row, tone()), true),
        ("a score for a tone", create(row, score()), false),
        ("a tone for the score", create(list, tone()), false),
        ("the score again", create(list, score()), false),
        ("a tone's lyric", update(row, other()), true),
        ("a tone's title", update(row, score()), false),
        ("the score's lyric", update(list, tone()), false),
        (
            "nothing of the score",
            update(list, lyric_and_pitch(None, None)),
            false,
        ),
        (
            "the score's title",
            update(list, SheetPatch::Title("Air".into())),
            true,
        ),
        ("deletes a tone", Op::Destroy { id: row }, true),
        ("deletes the score", Op::Destroy { id: list }, true),
        ("restores a tone", Op::Restore { id: row }, true),
        ("restores the score", Op::Restore { id: list }, false),
        ("moves a tone", move_to(1, Place::End), true),
        (
            "moves the score",
            Op::Move {
                id: list,
                place: Place::End,
            },
            false,
        ),
        (
            "takes a lyric back",
            revert(row, tone(), Some(other())),
            true,
        ),
        (
            "takes a title back from a tone",
            revert(row, score(), Some(score())),
            false,
        ),
        (
            "takes a lyric back by a title",
            revert(row, score(), Some(other())),
            false,
        ),
        (
            "takes a lyric back to a title",
            revert(row, tone(), Some(score())),
            false,
        ),
        (
            "takes a lyric back from the score",
            revert(list, tone(), Some(other())),
            false,
        ),
        (
            "takes the title back by a lyric",
            revert(list, tone(), Some(score())),
            false,
        ),
        (
            "takes the title back to a lyric",
            revert(list, score(), Some(tone())),
            false,
        ),
        (
            "takes the title back",
            revert(list, score(), Some(SheetPatch::Title("Air".into()))),
            true,
        ),
        (
            "takes back that a tone was made",
            revert(row, tone(), None),
            true,
        ),
        (
            "takes back by a title that a tone was made",
            revert(row, score(), None),
            false,
        ),
        (
            "takes back that the score was made",
            revert(list, score(), None),
            false,
        ),
        (
            "takes back by a lyric that the score was made",
            revert(list, tone(), None),
            false,
        ),
    ]
}

#[test]
fn an_operation_on_a_row_of_another_kind_is_unsupported_and_changes_nothing() {
    for (name, op, is_supported) in every_op_by_kind() {
        for is_deleted in [false, true] {
            let mut authority = sheet_with(&["do", "re"]);
            if is_deleted {
                take(&mut authority, vec![Op::Destroy { id: op.id() }]);
            }
            let before = authority.since(Version::ZERO);
            let (changes, refusals) = take(&mut authority, vec![op.clone()]);
            let is_refused = refusals == [Refusal::Unsupported];
            assert_eq!(is_refused, !is_supported, "{name}, deleted: {is_deleted}");
            if is_refused {
                assert_eq!(
                    (changes, authority.since(Version::ZERO)),
                    (0, before),
                    "{name}"
                );
            }
        }
    }
}

#[test]
fn a_revert_of_a_creation_needs_a_field_to_compare() {
    let mut authority = sheet_with(&["do"]);
    let nothing = lyric_and_pitch(None, None);
    assert_eq!(
        refusal(&mut authority, revert(id(1), nothing, None)),
        Refusal::Unsupported
    );
    assert_eq!(lyrics(authority.ordered()), "do");
}

#[test]
fn a_revert_leaves_fields_alone_that_it_does_not_compare() {
    let mut authority = sheet_with(&["do"]);
    let (lyric, both) = (
        lyric_and_pitch(Some("do"), None),
        lyric_and_pitch(Some("da"), Some(99)),
    );
    assert_eq!(
        take(
            &mut authority,
            vec![revert(id(1), lyric, Some(both.clone()))]
        ),
        (1, vec![])
    );
    let Some(Sheet::Tone(tone)) = authority.row(id(1)).and_then(Row::live) else {
        panic!("it is there")
    };
    assert_eq!((tone.lyric.as_str(), tone.pitch), ("da", 60));
    let nothing = lyric_and_pitch(None, None);
    assert_eq!(
        refusal(&mut authority, revert(id(1), nothing, Some(both))),
        Refusal::Unsupported
    );
}

#[test]
fn a_revert_sets_only_fields_that_nobody_has_changed_since() {
    let mut authority = sheet_with(&["do"]);
    take(
        &mut authority,
        vec![sing(1, "mine"), tune(1, 62), sing(1, "theirs")],
    );
    let from = lyric_and_pitch(Some("mine"), Some(62));
    let to = lyric_and_pitch(Some("do"), Some(60));
    assert_eq!(
        take(&mut authority, vec![revert(id(1), from, Some(to))]),
        (1, vec![])
    );
    let Some(Sheet::Tone(tone)) = authority.row(id(1)).and_then(Row::live) else {
        panic!("it is there")
    };
    assert_eq!((tone.lyric.as_str(), tone.pitch), ("theirs", 60));
}
