//! Live frames and catch-ups, in whatever order they come.

use super::*;

#[test]
fn apply_by_their_own_version_whatever_their_order() {
    let mut authority = sheet_with(&["do"]);
    let mut replica = open(&authority, 1);
    let changes = theirs(
        &mut authority,
        vec![sing(1, "x"), sing(1, "y"), create(2, "re"), destroy(2)],
    );
    for at in [1, 0, 3, 2, 1] {
        replica.receive([changes[at].clone()]);
    }
    assert_eq!(
        (shown(&replica).as_str(), replica.cursor()),
        ("y", Version(6))
    );
}

#[test]
fn to_rows_that_a_snapshot_left_out_are_dropped() {
    let mut authority = sheet_with(&["do"]);
    let changes = theirs(&mut authority, vec![sing(1, "late"), destroy(1)]);
    let mut replica = Replica::new(client(1), authority.snapshot());
    assert_eq!(replica.receive([changes[0].clone()]), Effects::default());
    assert_eq!(shown(&replica), "");
}

#[test]
fn move_the_cursor_only_without_a_gap() {
    let mut authority = sheet();
    let mut replica = open(&authority, 1);
    let changes = theirs(
        &mut authority,
        vec![create(1, "do"), create(2, "re"), create(3, "mi")],
    );
    replica.receive([changes[2].clone()]);
    assert_eq!(
        (replica.cursor(), shown(&replica).as_str()),
        (Version(1), "mi")
    );
    replica.receive([changes[0].clone()]);
    assert_eq!(replica.cursor(), Version(2));
    replica.receive([changes[1].clone()]);
    assert_eq!(replica.cursor(), Version(4), "the one ahead was remembered");
    assert_eq!(replica.next_push(1024), None, "no pull is needed");
}

#[test]
fn beyond_a_gap_ask_for_a_pull() {
    let mut authority = sheet();
    let mut replica = open(&authority, 1);
    let changes = theirs(&mut authority, vec![create(1, "do"), create(2, "re")]);
    replica.receive([changes[1].clone()]);
    let pull = replica.next_push(1024).unwrap();
    assert_eq!((pull.since, pull.mutations.len()), (Version(1), 0));
    assert_eq!(
        told(&replica.pushed(answer(&mut authority, &pull))),
        ["+do"]
    );
    assert_eq!(
        (replica.cursor(), replica.next_push(1024)),
        (Version(3), None)
    );
}

#[test]
fn beyond_the_own_push_wait_for_its_answer() {
    let mut authority = sheet();
    let mut replica = open(&authority, 1);
    replica.mutate(vec![create(1, "mine")], 0).unwrap();
    let push = replica.next_push(1024).unwrap();
    let answer = answer(&mut authority, &push);
    for change in theirs(&mut authority, vec![create(2, "theirs")]) {
        replica.receive([change]);
    }
    assert_eq!(
        (replica.cursor(), replica.next_push(1024)),
        (Version(1), None)
    );
    replica.pushed(answer);
    assert_eq!(
        (replica.cursor(), replica.next_push(1024)),
        (Version(3), None),
        "the hole is filled"
    );
    assert_eq!(shown(&replica), "mine theirs");
}

#[test]
fn come_from_a_subscription_in_one_piece() {
    let mut authority = sheet_with(&["do", "re"]);
    let mut replica = open(&authority, 1);
    theirs(
        &mut authority,
        vec![destroy(1), sing(2, "ra"), create(3, "mi")],
    );
    let effects = replica.catch_up(Version(3), authority.since(Version(3)));
    assert_eq!(told(&effects), ["-do", "=ra", "+mi"]);
    assert_eq!(replica.cursor(), authority.head());
}

#[test]
fn that_only_a_later_version_understands_are_no_gap() {
    let mut authority = sheet();
    let mut replica = open(&authority, 1);
    let changes = theirs(
        &mut authority,
        vec![create(1, "do"), create(2, "re"), create(3, "mi")],
    );
    let [first, unknown, last] = <[_; 3]>::try_from(changes).unwrap();
    assert_eq!(
        told(&replica.receive([last.into(), Told::Unknown(unknown.version())])),
        ["+mi"]
    );
    assert_eq!(replica.cursor(), Version(1), "the first is missing");
    replica.receive([first]);
    assert_eq!(
        (replica.cursor(), replica.next_push(1024)),
        (Version(4), None)
    );
}
