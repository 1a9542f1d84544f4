//! The rule by which mutations are taken.

use sync::{Event, Place, Refusal, Rejection};

use crate::melody::*;

#[test]
fn a_mutation_is_applied_once_however_often_it_comes() {
    let mut authority = sheet();
    let push = [mutation(1, create(1, "la")), mutation(2, sing(1, "le"))];
    let first = authority.take(Some(client(1)), &push, 5);
    let again = authority.take(Some(client(1)), &push, 6);
    assert_eq!((first.acked, first.changes.len()), (2, 2));
    assert_eq!((again.acked, again.changes.len()), (2, 0));
    assert_eq!(authority.head(), 3);
}

#[test]
fn each_change_takes_the_next_version_and_says_what_it_was() {
    let mut authority = sheet();
    let ops = [create(1, "la"), sing(1, "le"), destroy(1), restore(1)];
    let push: Vec<_> = (1..).zip(ops).map(|(seq, op)| mutation(seq, op)).collect();
    let outcome = authority.take(Some(client(1)), &push, 0);
    let told: Vec<_> = outcome
        .changes
        .iter()
        .map(|change| (change.version(), change.event))
        .collect();
    assert_eq!(
        told,
        [
            (2, Event::Created),
            (3, Event::Updated),
            (4, Event::Destroyed),
            (5, Event::Updated)
        ]
    );
}

#[test]
fn a_refusal_is_told_again_until_the_client_has_heard_it() {
    let mut authority = sheet();
    let refusal = Rejection {
        seq: 1,
        reason: Refusal::NotFound,
    };
    for _ in 0..2 {
        let outcome = authority.take(Some(client(1)), &[mutation(1, sing(9, "la"))], 0);
        assert_eq!(outcome.rejected, std::slice::from_ref(&refusal));
    }
    let outcome = authority.take(Some(client(1)), &[mutation(2, create(1, "la"))], 0);
    assert_eq!(outcome.rejected, []);
}

#[test]
fn rows_stand_where_their_neighbours_say() {
    let mut authority = sheet_with(&["do", "re", "mi"]);
    let push = [
        mutation(1, create_at(4, "first", Place::Start)),
        mutation(2, create_at(5, "second", Place::After(id(4)))),
        mutation(3, move_to(1, Place::End)),
    ];
    authority.take(None, &push, 0);
    assert_eq!(lyrics(authority.ordered()), "first second re mi do");
}
