//! One round trip at a time.

use super::*;

#[test]
fn waits_for_the_answer_before_the_next() {
    let mut authority = sheet();
    let mut replica = open(&authority, 1);
    replica.mutate(vec![create(1, "do")], 0).unwrap();
    let push = replica.next_push(1024).unwrap();
    replica.mutate(vec![create(2, "re")], 0).unwrap();
    assert_eq!((replica.next_push(1024), replica.pull(1024)), (None, None));
    replica.pushed(answer(&mut authority, &push));
    assert_eq!(
        replica.next_push(1024).unwrap().mutations,
        [mutation(2, create(2, "re"))]
    );
}

#[test]
fn again_after_a_lost_answer_doubles_nothing() {
    let mut authority = sheet();
    let mut replica = open(&authority, 1);
    replica.mutate(vec![create(1, "do")], 0).unwrap();
    let push = replica.next_push(1024).unwrap();
    answer(&mut authority, &push);
    replica.push_failed();
    replica.mutate(vec![sing(1, "da")], 0).unwrap();
    push_to(&mut authority, &mut replica);
    assert_eq!(
        (authority.head(), lyrics(authority.ordered()).as_str()),
        (Version(3), "da")
    );
    assert!(replica.ordered().eq(authority.ordered()));
}

#[test]
fn again_after_a_lost_answer_still_tells_what_was_refused() {
    let mut authority = sheet_with(&["do"]);
    let mut replica = open(&authority, 1);
    replica.mutate(vec![sing(1, "thought")], 0).unwrap();
    theirs(&mut authority, vec![destroy(1)]);
    let push = replica.next_push(1024).unwrap();
    answer(&mut authority, &push);
    replica.push_failed();
    let effects = push_to(&mut authority, &mut replica);
    assert_eq!(effects.refused[0].mutation.op, sing(1, "thought"));
}

#[test]
fn keeps_to_the_limit_but_always_sends_something() {
    let authority = sheet();
    let mut replica = open(&authority, 1);
    replica
        .mutate((1..=4).map(|n| create(n, "la")).collect(), 0)
        .unwrap();
    let all = replica.clone().next_push(usize::MAX).unwrap();
    assert_eq!(all.mutations.len(), 4);
    let size = serde_json::to_vec(&all).unwrap().len();
    let counted = |max| replica.clone().next_push(max).unwrap().mutations.len();
    assert_eq!((counted(size), counted(size - 1), counted(0)), (4, 3, 1));
    assert_eq!(
        replica.pull(100_000).unwrap().mutations.len(),
        4,
        "a pull says what it has to say"
    );
}

#[test]
fn nothing_is_what_a_replica_that_knows_all_does() {
    let authority = sheet();
    let mut replica = open(&authority, 1);
    assert_eq!(replica.next_push(1024), None);
    assert!(replica.pull(1024).is_some(), "but one may ask");
}

#[test]
fn asks_again_when_a_pull_failed() {
    let mut authority = sheet();
    let mut replica = open(&authority, 1);
    replica.pull(100_000).unwrap();
    replica.push_failed();
    theirs(&mut authority, vec![create(1, "do")]);
    push_to(&mut authority, &mut replica);
    assert_eq!(
        (shown(&replica).as_str(), replica.next_push(1024)),
        ("do", None)
    );
    replica.push_failed();
    assert_eq!(replica.next_push(1024), None, "nothing was in flight");
}

#[test]
fn ignores_the_answer_to_a_push_that_was_given_up() {
    let mut authority = sheet();
    let mut replica = open(&authority, 1);
    replica.mutate(vec![create(1, "do")], 0).unwrap();
    let push = replica.next_push(1024).unwrap();
    let late = answer(&mut authority, &push);
    replica.push_failed();
    assert_eq!(replica.pushed(late), Effects::default());
    assert_eq!(replica.pending(), 1);
}

#[test]
fn never_sends_more_mutations_than_are_taken_at_once() {
    let authority = sheet_with(&["do"]);
    let mut replica = open(&authority, 1);
    for n in 0..=sync::MAX_MUTATIONS {
        replica.mutate(vec![sing(1, &n.to_string())], 0).unwrap();
    }
    let push = replica.next_push(usize::MAX).unwrap();
    assert_eq!(push.mutations.len(), sync::MAX_MUTATIONS);
}

#[test]
fn what_can_never_be_taken_is_refused_and_does_not_hold_up_what_comes_after_it() {
    let mut authority = sheet_with(&["do", "re"]);
    let mut replica = open(&authority, 1);
    replica.mutate(vec![sing(1, "da")], 0).unwrap();
    replica.mutate(vec![sing(2, "ra")], 0).unwrap();
    assert_eq!(replica.next_push(0).unwrap().mutations.len(), 1);
    let effects = replica.push_refused(&Refusal::Unsupported);
    assert_eq!(told(&effects), ["=do"]);
    assert_eq!(effects.refused.len(), 1);
    assert_eq!(effects.refused[0].mutation, mutation(1, sing(1, "da")));
    push_to(&mut authority, &mut replica);
    assert_eq!(lyrics(authority.ordered()), "do ra");
    assert_eq!((shown(&replica).as_str(), replica.pending()), ("do ra", 0));
}

#[test]
fn what_can_never_be_taken_leads_to_a_look_at_what_others_did() {
    let mut authority = sheet_with(&["do"]);
    let mut replica = open(&authority, 1);
    replica.mutate(vec![sing(1, "da")], 0).unwrap();
    replica.next_push(0).unwrap();
    // The answer would have told of this, and no live frame need.
    theirs(&mut authority, vec![create(2, "re")]);
    replica.push_refused(&Refusal::Unsupported);
    let push = replica.next_push(1024).expect("a pull");
    assert_eq!((push.since, push.mutations.len()), (Version(2), 0));
    replica.pushed(answer(&mut authority, &push));
    assert_eq!(shown(&replica), "do re");
    assert_eq!(replica.next_push(1024), None);
}
