//! When the cursor could not be served.

use super::*;

/// The authority after a pruning that this replica, which has a pending mutation, missed.
fn left_behind() -> (Authority<Sheet>, Replica<Sheet>) {
    let mut authority = sheet_with(&["do", "re"]);
    let mut replica = open(&authority, 1);
    replica
        .mutate(vec![create(10, "mine"), sing(1, "my do")], 0)
        .unwrap();
    theirs(&mut authority, vec![destroy(1), create(3, "mi")]);
    authority.prune(authority.head());
    (authority, replica)
}

#[test]
fn removes_what_is_no_more_and_replays_what_is_pending() {
    let (mut authority, mut replica) = left_behind();
    let effects = replica.catch_up(Version(3), authority.since(Version(3)));
    assert_eq!(told(&effects), ["-my do", "+mi", "~mine"]);
    assert_eq!(
        (shown(&replica).as_str(), replica.cursor()),
        ("re mi mine", Version(5))
    );
    let effects = push_to(&mut authority, &mut replica);
    assert_eq!(effects.refused[0].reason, Refusal::NotFound);
    assert!(replica.ordered().eq(authority.ordered()));
}

#[test]
fn keeps_what_is_newer_than_the_answer() {
    let (mut authority, mut replica) = left_behind();
    let reset = authority.since(Version(3));
    let changes = theirs(
        &mut authority,
        vec![create(4, "fa"), sing(2, "ra"), destroy(3)],
    );
    for change in changes {
        replica.receive([change]);
    }
    replica.catch_up(Version(3), reset);
    assert_eq!(
        (shown(&replica).as_str(), replica.cursor()),
        ("ra fa mine", Version(8))
    );
}

#[test]
fn late_does_not_bring_back_what_is_known_to_be_gone() {
    let (mut authority, mut replica) = left_behind();
    let late = authority.since(Version(3));
    theirs(&mut authority, vec![destroy(3)]);
    replica.catch_up(Version(3), authority.since(Version(3)));
    assert_eq!(replica.catch_up(Version(3), late), Effects::default());
    assert_eq!(
        (shown(&replica).as_str(), replica.cursor()),
        ("re mine", Version(6))
    );
}

#[test]
fn to_a_shorter_history_replaces_everything_and_keeps_what_is_pending() {
    let backup = sheet_with(&["do"]);
    let mut authority = backup.clone();
    theirs(
        &mut authority,
        vec![create(2, "re"), destroy(1), create(3, "mi")],
    );
    let mut replica = open(&authority, 1);
    replica.mutate(vec![create(10, "mine")], 0).unwrap();
    let mut authority = backup;
    let effects = replica.catch_up(Version(5), authority.since(Version(5)));
    assert_eq!(told(&effects), ["+do", "-re", "-mi", "~mine"]);
    assert_eq!(
        (shown(&replica).as_str(), replica.cursor()),
        ("do mine", Version(2))
    );
    push_to(&mut authority, &mut replica);
    assert!(replica.ordered().eq(authority.ordered()));
    assert_eq!(replica.next_push(1024), None);
}

#[test]
fn to_a_shorter_history_of_the_same_epoch_replaces_everything_too() {
    let mut replica = open(&sheet_with(&["do", "re", "mi"]).with_epoch(epoch(1)), 1);
    let authority = sheet_with(&["da"]).with_epoch(epoch(1));
    let since = replica.since();
    replica.catch_up(since, authority.since(since));
    assert_eq!(
        (shown(&replica).as_str(), replica.cursor()),
        ("da", Version(2))
    );
}

#[test]
fn of_a_channel_without_changes_tells_a_new_replica_nothing() {
    let authority = Authority::<Sheet>::restore(Version::ZERO, Version::ZERO, [], []);
    let mut replica = open(&authority, 1);
    assert_eq!(
        replica.catch_up(Version::ZERO, authority.snapshot()),
        Effects::default()
    );
    assert_eq!(replica.next_push(1024), None, "no other look is due");
}

#[test]
fn to_where_it_is_already_leaves_known_what_was_deleted() {
    let mut authority = sheet_with(&["do", "re"]);
    let mut replica = open(&authority, 1);
    replica.receive(theirs(&mut authority, vec![destroy(1)]));
    replica.catch_up(Version::ZERO, authority.snapshot());
    replica.mutate(vec![restore(1)], 0).unwrap();
    assert_eq!(shown(&replica), "do re");
}

#[test]
fn outlives_changes_that_it_had_taken_into_account() {
    let (authority, mut replica) = left_behind();
    let reset = authority.since(Version(3));
    let head = reset.head;
    replica.catch_up(Version(3), reset);
    let Some(Sheet::Tone(tone)) = replica.get(id(2)).cloned() else {
        panic!("a tone");
    };
    // A row that is missing from the reset was gone at its head, whatever a late frame says.
    for (version, is_news) in [
        (Version(head.0 - 1), false),
        (head, false),
        (head.next(), true),
    ] {
        let late = Change {
            event: sync::Event::Updated,
            row: Sheet::Tone(Tone {
                id: id(8),
                version,
                ..tone.clone()
            }),
        };
        replica.receive([late]);
        assert_eq!(replica.get(id(8)).is_some(), is_news, "version {version}");
    }
}

/// Whether a catch-up that was asked for from version 4 tells of a history that had ended at 2, with
/// nothing pending: the history may have grown again since.
fn looks_again_after(tell: impl FnOnce(&mut Replica<Sheet>, CatchUp<Sheet>)) {
    let mut replica = open(&sheet_with(&["do", "re", "mi"]), 1);
    let mut authority = sheet_with(&["do"]);
    tell(&mut replica, authority.since(Version(4)));
    assert_eq!(
        (shown(&replica).as_str(), replica.cursor()),
        ("do", Version(2))
    );
    theirs(&mut authority, vec![create(7, "grown")]);
    let push = replica.next_push(1024).expect("another look");
    assert_eq!((push.since, push.mutations.len()), (Version(2), 0));
    replica.pushed(answer(&mut authority, &push));
    assert_eq!(
        (shown(&replica).as_str(), replica.cursor()),
        ("do grown", Version(3))
    );
    assert_eq!(replica.next_push(1024), None, "one look is enough");
}

#[test]
fn to_a_shorter_history_looks_again_although_nothing_is_to_be_said() {
    looks_again_after(|replica, reset| _ = replica.catch_up(Version(4), reset));
    looks_again_after(|replica, catch_up| {
        assert_eq!(replica.pull(1024).expect("a pull").since, Version(4));
        replica.pushed(PushAnswer {
            acked: Seq::ZERO,
            rejected: vec![],
            catch_up,
        });
    });
}

#[test]
fn to_a_shorter_history_outlives_the_answers_of_the_old_one() {
    let mut authority = sheet_with(&["do", "re", "mi"]);
    let mut replica = open(&authority, 1);
    let pull = replica.pull(100_000).unwrap();
    theirs(&mut authority, vec![create(4, "fa")]);
    let old = answer(&mut authority, &pull);
    let mut authority = sheet_with(&["do"]);
    replica.catch_up(Version(4), authority.since(Version(4)));
    replica.pushed(old);
    assert_eq!(
        replica.cursor(),
        Version(2),
        "an answer from beyond the cursor does not move it"
    );
    while let Some(push) = replica.next_push(1024) {
        replica.pushed(answer(&mut authority, &push));
    }
    assert_eq!(replica.cursor(), Version(2));
}
