//! Mutations that belong together: all of them are taken, or none.

use sync::Bounds;

use super::*;

/// Three tones; two of them changed and one deleted by the client that is heard of next.
fn ops() -> Vec<Op<Sheet>> {
    vec![
        create(4, "fa"),
        sing(1, "do"),
        sing(1, "DO"),
        destroy(2),
        move_to(3, Place::Start),
        title("Scale"),
    ]
}

fn numbered(ops: Vec<Op<Sheet>>) -> Vec<Mutation<Sheet>> {
    (1..).zip(ops).map(|(seq, op)| mutation(seq, op)).collect()
}

#[test]
fn what_can_all_be_done_is_done_as_by_any_push() {
    let (mut whole, mut push) = (
        sheet_with(&["la", "le", "lu"]),
        sheet_with(&["la", "le", "lu"]),
    );
    let mutations = numbered(ops());
    let taken = whole.take_all(Some(client(1)), &mutations, 5);
    assert_eq!(taken, Ok(push.take(Some(client(1)), &mutations, 5)));
    assert_eq!(whole.since(Version::ZERO), push.since(Version::ZERO));
    assert_eq!(lyrics(whole.ordered()), "lu DO fa");
}

#[test]
fn one_that_is_refused_leaves_everything_as_it_was() {
    let mut authority = sheet_with(&["la", "le", "lu"]);
    let known = [mutation(1, sing(3, "li"))];
    authority.take(Some(client(1)), &known, 0);
    let before = authority.clone();
    let bad = [ops(), vec![sing(9, "nobody's")], ops()].concat();
    for (n, first) in [(1, 2), (2, 1)] {
        let mutations: Vec<_> = (first..)
            .zip(bad.clone())
            .map(|(seq, op)| mutation(seq, op))
            .collect();
        let refused = authority.take_all(Some(client(n)), &mutations, 5);
        assert_eq!(refused, Err(Refusal::NotFound));
        assert_eq!(authority.client(client(n)), before.client(client(n)));
    }
    assert_eq!(authority.head(), before.head());
    assert_eq!(authority.since(Version::ZERO), before.since(Version::ZERO));
    assert_eq!(authority.snapshot(), before.snapshot());
    assert_eq!(lyrics(authority.ordered()), "la le li");
}

#[test]
fn a_refusal_from_before_does_not_count() {
    let mut authority = sheet();
    let mutations = numbered(vec![sing(2, "too early"), create(1, "la")]);
    authority.take(Some(client(1)), &mutations[..1], 0);
    for whole in [&mutations[..1], &mutations] {
        let taken = authority.take_all(Some(client(1)), whole, 0);
        assert_eq!(taken.map(|it| it.rejected), Ok(vec![not_found(1)]));
    }
    assert_eq!(lyrics(authority.ordered()), "la");
}

#[test]
fn what_was_refused_whole_can_be_tried_again() {
    let mut authority = sheet();
    let mutations = numbered(vec![create(1, "la"), sing(2, "too early")]);
    let refused = authority.take_all(Some(client(1)), &mutations, 0);
    assert_eq!(refused, Err(Refusal::NotFound));
    take(&mut authority, vec![create(2, "le")]);
    let taken = authority.take_all(Some(client(1)), &mutations, 0);
    assert_eq!(
        taken.map(|it| (it.acked, it.changes.len())),
        Ok((Seq(2), 2))
    );
    assert_eq!(lyrics(authority.ordered()), "too early la");
}

#[test]
fn what_was_taken_whole_is_taken_once_however_often_it_comes() {
    let mut authority = sheet();
    let mutations = numbered(vec![create(1, "la"), create(2, "le")]);
    for changes in [2, 0, 0] {
        let taken = authority.take_all(Some(client(1)), &mutations, 0);
        assert_eq!(taken.map(|it| it.changes.len()), Ok(changes));
        take(&mut authority, vec![destroy(1)]);
    }
    assert_eq!(lyrics(authority.ordered()), "le");
}

#[test]
fn of_two_that_have_no_room_together_one_is_taken_and_the_other_refused() {
    let mut authority = sheet();
    let many = |from: u128| {
        let creates = (from..from + 8).map(|n| create(n, "la"));
        numbered(creates.collect())
    };
    let first = authority.take_all(Some(client(1)), &many(1), 0);
    assert_eq!(first.map(|it| it.changes.len()), Ok(8));
    let second = authority.take_all(Some(client(2)), &many(100), 0);
    assert_eq!(
        second,
        Err(Refusal::Full {
            limit: Sheet::LIMIT
        })
    );
    assert_eq!(authority.ordered().count(), 8);
}

#[test]
fn others_under_the_numbers_of_those_that_were_taken_whole_are_refused() {
    // With more clients than that, less is remembered of each.
    for clients in [0, Bounds::LONG_MEMORIES as u128 + 1] {
        let mut authority = sheet();
        for n in 0..clients {
            let by_one = [mutation(1, title(&n.to_string()))];
            authority.take(Some(client(100 + n)), &by_one, 0);
        }
        let titles = |changed: Option<usize>| {
            let title_of = |n| {
                if changed == Some(n) {
                    title("another")
                } else {
                    title(&format!("title {n}"))
                }
            };
            numbered((0..3_000).map(title_of).collect())
        };
        let whole = titles(None);
        authority.take_all(Some(client(1)), &whole, 0).unwrap();
        let before = authority.clone();
        for again in [&whole[..], &whole[..2_999]] {
            let taken = authority.take_all(Some(client(1)), again, 0);
            assert_eq!(taken.map(|it| it.changes.len()), Ok(0));
        }
        for changed in [0, 1_500, 2_999] {
            let other = authority.take_all(Some(client(1)), &titles(Some(changed)), 0);
            assert_eq!(other, Err(Refusal::NumberTaken), "number {changed}");
        }
        assert_eq!(authority.since(Version::ZERO), before.since(Version::ZERO));
        assert_eq!(authority.client(client(1)), before.client(client(1)));
    }
}
