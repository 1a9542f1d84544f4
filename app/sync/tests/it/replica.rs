//! A client's copy: its own changes at once, everyone's in the end.

use sync::{Authority, Delta, Push, PushAnswer};

use crate::melody::*;

/// One round trip without accidents.
fn answer(authority: &mut Authority<Sheet>, push: &Push<Sheet>) -> PushAnswer<Sheet> {
    let outcome = authority.take(Some(push.client_id), &push.mutations, 0);
    PushAnswer {
        acked: outcome.acked,
        rejected: outcome.rejected,
        catch_up: authority.since(push.since),
    }
}

#[test]
fn a_mutation_shows_at_once_and_is_confirmed_by_the_answer() {
    let mut authority = sheet_with(&["do"]);
    let mut replica = open(&authority, 1);
    let effects = replica.mutate(vec![create(2, "re")], 7).unwrap();
    assert!(matches!(&effects.view[..], [Delta::Inserted(row)] if lyric(row) == "re"));
    assert_eq!(lyrics(replica.ordered()), "do re");
    assert!(replica.is_pending(id(2)));

    let push = replica.next_push(1024).unwrap();
    assert_eq!(replica.next_push(1024), None, "one push at a time");
    replica.pushed(answer(&mut authority, &push));
    assert_eq!((replica.pending(), replica.cursor()), (0, 3));
    assert_eq!(replica.next_push(1024), None, "nothing is left to say");
    assert_eq!(lyrics(replica.ordered()), "do re");
}

#[test]
fn a_pending_append_stays_behind_what_others_append() {
    let mut authority = sheet_with(&["do"]);
    let mut replica = open(&authority, 1);
    replica.mutate(vec![create(2, "mine")], 0).unwrap();
    let theirs = authority.take(Some(client(2)), &[mutation(1, create(3, "theirs"))], 0);
    for change in theirs.changes {
        replica.receive(change);
    }
    assert_eq!(lyrics(replica.ordered()), "do theirs mine");
}

#[test]
fn a_gap_asks_for_a_pull_and_the_answer_closes_it() {
    let mut authority = sheet();
    let mut replica = open(&authority, 1);
    let changes = authority
        .take(
            None,
            &[mutation(1, create(1, "do")), mutation(2, create(2, "re"))],
            0,
        )
        .changes;
    replica.receive(changes[1].clone());
    assert_eq!(replica.cursor(), 1);
    let pull = replica.next_push(1024).unwrap();
    replica.pushed(answer(&mut authority, &pull));
    assert_eq!((replica.cursor(), replica.next_push(1024)), (3, None));
}
