//! However often a mutation comes, and however often the server starts.

use super::*;

#[test]
fn a_mutation_is_applied_once_however_often_it_comes() {
    let mut authority = sheet();
    let push = [mutation(1, create(1, "la")), mutation(2, sing(1, "le"))];
    let first = authority.take(Some(client(1)), &push, 5);
    authority.take(None, &[mutation(0, sing(1, "theirs"))], 5);
    let again = authority.take(Some(client(1)), &push, 6);
    assert_eq!((first.acked, first.changes.len()), (Seq(2), 2));
    assert_eq!((again.acked, again.changes.len()), (Seq(2), 0));
    assert_eq!(lyrics(authority.ordered()), "theirs");
}

/// What one client does to the tones 1 to 4, of which the last is deleted, and what others do then:
/// if the first were done again, it would show.
fn disputes() -> Vec<(Op<Sheet>, Op<Sheet>)> {
    let made = SheetPatch::Tone(TonePatch {
        lyric: Some("do".into()),
        pitch: Some(60),
    });
    vec![
        (sing(1, "mine"), sing(1, "theirs")),
        (tune(1, 61), tune(1, 62)),
        (title("Mine"), title("Theirs")),
        (destroy(2), restore(2)),
        (restore(4), destroy(4)),
        (move_to(3, Place::Start), move_to(3, Place::End)),
        (move_to(1, Place::After(id(2))), move_to(1, Place::Start)),
        (revert(1, "do", Some("da")), sing(1, "do")),
        (
            Op::Revert {
                id: id(1),
                from: made,
                to: None,
            },
            restore(1),
        ),
    ]
}

fn revert(n: u128, from: &str, to: Option<&str>) -> Op<Sheet> {
    let patch = |lyric: &str| {
        SheetPatch::Tone(TonePatch {
            lyric: Some(lyric.into()),
            pitch: None,
        })
    };
    Op::Revert {
        id: id(n),
        from: patch(from),
        to: to.map(patch),
    }
}

fn disputed_sheet() -> Authority<Sheet> {
    let mut authority = sheet_with(&["do", "re", "mi", "fa"]);
    take(&mut authority, vec![destroy(4)]);
    authority
}

#[test]
fn an_operation_of_any_kind_is_done_once_however_often_it_comes() {
    for (mine, theirs) in disputes() {
        let mut authority = disputed_sheet();
        let push = [mutation(1, mine.clone())];
        let first = authority.take(Some(client(1)), &push, 0);
        assert_eq!((first.acked, first.changes.len()), (Seq(1), 1), "{mine:?}");
        assert_eq!(take(&mut authority, vec![theirs]), (1, vec![]), "{mine:?}");
        let settled = authority.since(Version::ZERO);
        for _ in 0..2 {
            let again = authority.take(Some(client(1)), &push, 0);
            assert_eq!((again.acked, again.changes.len()), (Seq(1), 0), "{mine:?}");
            assert_eq!(authority.since(Version::ZERO), settled, "{mine:?}");
        }
    }
}

#[test]
fn what_is_new_in_a_push_that_was_partly_taken_is_done_whatever_it_is() {
    for (new, _) in disputes() {
        let mut alone = disputed_sheet();
        assert_eq!(
            take(&mut alone, vec![tune(3, 70), new.clone()]),
            (2, vec![])
        );
        let mut authority = disputed_sheet();
        let push = [mutation(1, tune(3, 70)), mutation(2, new.clone())];
        authority.take(Some(client(1)), &push[..1], 0);
        let outcome = authority.take(Some(client(1)), &push, 0);
        assert_eq!(
            (outcome.acked, outcome.changes.len()),
            (Seq(2), 1),
            "{new:?}"
        );
        assert_eq!(
            authority.since(Version::ZERO),
            alone.since(Version::ZERO),
            "{new:?}"
        );
    }
}

#[test]
fn a_row_whose_tombstone_was_pruned_is_not_made_again() {
    let mut authority = sheet();
    let push = [mutation(1, create(1, "la"))];
    authority.take(Some(client(1)), &push, 0);
    take(&mut authority, vec![destroy(1)]);
    authority.prune(authority.head());
    assert_eq!(authority.take(Some(client(1)), &push, 0).changes, []);
    assert_eq!(lyrics(authority.ordered()), "");
}

#[test]
fn a_refusal_stays_one_although_it_could_be_done_by_now() {
    let mut authority = sheet_with(&["do"]);
    let push = [
        mutation(1, sing(1, "da")),
        mutation(2, sing(2, "too early")),
        mutation(3, tune(1, 62)),
    ];
    let first = authority.take(Some(client(1)), &push, 0);
    assert_eq!(first.rejected, [not_found(2)]);
    take(
        &mut authority,
        vec![create(2, "re"), sing(1, "theirs"), tune(1, 63)],
    );
    let settled = authority.since(Version::ZERO);
    let again = authority.take(Some(client(1)), &push, 0);
    assert_eq!((again.acked, again.rejected), (Seq(3), first.rejected));
    assert_eq!(authority.since(Version::ZERO), settled);
}

#[test]
fn clients_count_for_themselves() {
    let mut authority = sheet();
    authority.take(Some(client(1)), &[mutation(1, create(1, "la"))], 0);
    let outcome = authority.take(Some(client(2)), &[mutation(1, create(2, "le"))], 0);
    assert_eq!((outcome.acked, outcome.changes.len()), (Seq(1), 1));
}

#[test]
fn only_the_unseen_part_of_a_push_is_taken() {
    let mut authority = sheet();
    authority.take(Some(client(1)), &[mutation(1, create(1, "la"))], 0);
    let push = [mutation(1, create(1, "la")), mutation(2, create(2, "le"))];
    let outcome = authority.take(Some(client(1)), &push, 0);
    assert_eq!((outcome.acked, outcome.changes.len()), (Seq(2), 1));
}

#[test]
fn a_refused_mutation_is_not_tried_again() {
    let mut authority = sheet();
    authority.take(Some(client(1)), &[mutation(1, sing(1, "too early"))], 0);
    take(&mut authority, vec![create(1, "la")]);
    let outcome = authority.take(Some(client(1)), &[mutation(1, sing(1, "too early"))], 0);
    assert_eq!(
        (outcome.changes.len(), outcome.rejected),
        (0, vec![not_found(1)])
    );
}

#[test]
fn a_refusal_is_told_again_until_the_client_has_heard_it() {
    let mut authority = sheet();
    let both = [mutation(1, sing(8, "la")), mutation(2, sing(9, "le"))];
    assert_eq!(
        authority.take(Some(client(1)), &both[..1], 0).rejected,
        [not_found(1)]
    );
    assert_eq!(
        authority.take(Some(client(1)), &both, 0).rejected,
        [not_found(1), not_found(2)]
    );
    // Who sends from 2 on has heard of 1.
    assert_eq!(
        authority.take(Some(client(1)), &both[1..], 0).rejected,
        [not_found(2)]
    );
    let next = authority.take(Some(client(1)), &[mutation(3, create(1, "li"))], 0);
    assert_eq!(next.rejected, []);
}

#[test]
fn a_pull_returns_refusals_and_forgets_none() {
    let mut authority = sheet();
    authority.take(Some(client(1)), &[mutation(1, sing(9, "la"))], 0);
    for _ in 0..2 {
        assert_eq!(
            authority.take(Some(client(1)), &[], 0).rejected,
            [not_found(1)]
        );
    }
}

#[test]
fn an_overtaken_push_is_told_what_became_of_the_later_ones_too() {
    let mut authority = sheet();
    let both = [mutation(1, create(1, "la")), mutation(2, sing(9, "le"))];
    authority.take(Some(client(1)), &both, 0);
    let outcome = authority.take(Some(client(1)), &both[..1], 0);
    assert_eq!(
        (outcome.acked, outcome.rejected),
        (Seq(2), vec![not_found(2)])
    );
}

#[test]
fn without_a_client_nothing_is_remembered() {
    let mut authority = sheet();
    for n in [1, 2] {
        let outcome = authority.take(
            None,
            &[mutation(1, create(n, "la")), mutation(1, sing(9, "le"))],
            0,
        );
        assert_eq!(
            (outcome.changes.len(), outcome.rejected),
            (1, vec![not_found(1)])
        );
    }
}

#[test]
fn after_a_restart_it_knows_what_it_knew() {
    let mut before = sheet_with(&["do", "re", "mi"]);
    let push = [
        mutation(1, destroy(2)),
        mutation(2, sing(2, "gone")),
        mutation(3, title("Scale")),
    ];
    before.take(Some(client(1)), &push, 0);
    let rows = [SCORE, id(1), id(2), id(3)].map(|id| before.row(id).unwrap().clone());
    let state = before.client(client(1)).unwrap().clone();
    assert_eq!(state.acked, Seq(3));

    let mut after = Authority::restore(before.head(), before.pruned(), rows, [(client(1), state)]);
    assert_eq!(after.since(Version::ZERO), before.since(Version::ZERO));
    assert!(after.ordered().eq(before.ordered()));
    assert_eq!(
        after.take(Some(client(1)), &push, 0),
        before.take(Some(client(1)), &push, 0)
    );
    assert_eq!(
        after.take(None, &[mutation(0, create(5, "fa"))], 0).changes[0].version(),
        before.head().next()
    );
}

#[test]
fn an_unknown_client_that_only_pulls_leaves_no_trace() {
    let mut authority = sheet();
    authority.take(Some(client(1)), &[], 0);
    assert_eq!(authority.client(client(1)), None);
    authority.take(Some(client(1)), &[mutation(1, create(1, "la"))], 0);
    let state = authority.client(client(1)).unwrap();
    assert_eq!((state.acked, &*state.rejected), (Seq(1), &[][..]));
}
