//! When the authority's history was replaced by a backup of it.

use sync::Cursor;

use super::*;

/// Two histories that parted after "do", and are as long again: the one that was lost, with the replica
/// that has followed it, and the one that began with the backup.
struct Restored {
    lost: Authority<Sheet>,
    present: Authority<Sheet>,
    replica: Replica<Sheet>,
}

fn restored() -> Restored {
    let backup = sheet_with(&["do"]);
    let mut lost = backup.clone().with_epoch(epoch(1));
    theirs(
        &mut lost,
        vec![create(2, "re"), create(3, "mi"), sing(1, "da")],
    );
    let replica = open(&lost, 1);
    let mut present = backup.with_epoch(epoch(2));
    theirs(
        &mut present,
        vec![create(4, "fa"), create(5, "so"), sing(4, "fi")],
    );
    assert_eq!(lost.head(), present.head());
    Restored {
        lost,
        present,
        replica,
    }
}

#[test]
fn a_replica_at_the_same_version_of_a_lost_history_gets_the_present_one() {
    let Restored {
        present,
        mut replica,
        ..
    } = restored();
    let effects = replica.catch_up(replica.since(), present.since(replica.since()));
    assert_eq!(told(&effects), ["=do", "-re", "-mi", "+fi", "+so"]);
    assert_eq!(replica.since(), present.snapshot().cursor());
    assert!(replica.ordered().eq(present.ordered()));
    assert_eq!(replica.next_push(1024), None, "nothing is left to ask");
}

#[test]
fn what_is_pending_is_kept_and_taken_once() {
    let Restored {
        lost,
        mut present,
        mut replica,
    } = restored();
    replica
        .mutate(
            vec![create(10, "mine"), sing(1, "my do"), sing(2, "my re")],
            0,
        )
        .unwrap();
    // The server commits it, stops before it answers, and comes back with the backup.
    let push = replica.next_push(1024).unwrap();
    answer(&mut lost.clone(), &push);
    replica.push_failed();

    replica.catch_up(replica.since(), present.since(replica.since()));
    assert_eq!(
        (shown(&replica).as_str(), replica.pending()),
        ("my do fi so mine", 3)
    );
    let effects = push_to(&mut present, &mut replica);
    assert_eq!(effects.refused.len(), 1, "what is on a row that was lost");
    assert_eq!(effects.refused[0].reason, Refusal::NotFound);
    assert_eq!(lyrics(present.ordered()), "my do fi so mine");
    assert!(replica.ordered().eq(present.ordered()));

    let head = present.head();
    answer(&mut present, &push);
    assert_eq!(present.head(), head, "the same again, by a beacon");
}

#[test]
fn a_push_is_where_it_may_notice_too() {
    let Restored {
        mut present,
        mut replica,
        ..
    } = restored();
    replica.mutate(vec![create(10, "mine")], 0).unwrap();
    push_to(&mut present, &mut replica);
    assert_eq!(lyrics(present.ordered()), "do fi so mine");
    assert!(replica.ordered().eq(present.ordered()));
    assert_eq!(replica.since().epoch, Some(epoch(2)));
}

#[test]
fn what_a_backup_remembers_less_of_a_replica_loses_it_nothing_that_is_pending() {
    let mut backup = sheet();
    let mut replica = open(&backup.clone().with_epoch(epoch(1)), 1);
    replica.mutate(vec![create(1, "do")], 0).unwrap();
    push_to(&mut backup, &mut replica);
    let mut lost = backup.clone().with_epoch(epoch(1));
    replica.mutate(vec![create(2, "re")], 0).unwrap();
    push_to(&mut lost, &mut replica);
    replica.mutate(vec![create(3, "mi")], 0).unwrap();

    let mut present = backup.with_epoch(epoch(2));
    replica.catch_up(replica.since(), present.since(replica.since()));
    push_to(&mut present, &mut replica);
    assert_eq!(replica.pending(), 0);
    assert_eq!(lyrics(present.ordered()), "do mi");
    assert!(replica.ordered().eq(present.ordered()));
}

#[test]
fn a_late_answer_of_the_lost_history_acknowledges_nothing() {
    let Restored {
        mut lost,
        mut present,
        mut replica,
    } = restored();
    replica.mutate(vec![create(10, "mine")], 0).unwrap();
    let push = replica.next_push(1024).unwrap();
    let late = answer(&mut lost, &push);
    replica.catch_up(replica.since(), present.since(replica.since()));
    let before = (shown(&replica), replica.since());
    assert_eq!(replica.pushed(late), Effects::default());
    assert_eq!((shown(&replica), replica.since()), before);
    assert_eq!(replica.pending(), 1);
    push_to(&mut present, &mut replica);
    assert_eq!(lyrics(present.ordered()), "do fi so mine");
    assert!(replica.ordered().eq(present.ordered()));
}

#[test]
fn a_late_answer_of_the_present_history_is_applied_as_usual() {
    let Restored {
        mut present,
        mut replica,
        ..
    } = restored();
    let push = replica.pull(1024).unwrap();
    let late = answer(&mut present, &push);
    theirs(&mut present, vec![create(6, "la"), destroy(5)]);
    replica.catch_up(replica.since(), present.since(replica.since()));
    assert_eq!(replica.pushed(late), Effects::default());
    assert!(replica.ordered().eq(present.ordered()));

    // The old cursor was further than the present history is: that says nothing of it now.
    let mut present = sheet_with(&["do"]).with_epoch(epoch(3));
    let push = replica.pull(1024).unwrap();
    let late = answer(&mut present, &push);
    replica.catch_up(replica.since(), present.since(replica.since()));
    let changes = theirs(&mut present, vec![create(6, "la")]);
    replica.receive_of(Some(epoch(3)), changes);
    assert_eq!(replica.pushed(late), Effects::default());
    assert_eq!(
        (shown(&replica).as_str(), replica.cursor()),
        ("do la", Version(3))
    );
}

#[test]
fn frames_are_heard_if_the_epoch_of_either_side_is_unknown_or_both_are_the_same() {
    for (known, told) in [(1, 0), (0, 1), (0, 0), (1, 1)] {
        let epoch = |n: u128| (n > 0).then(|| epoch(n));
        let mut authority = sheet_with(&["do"]);
        let snapshot = CatchUp {
            epoch: epoch(known),
            ..authority.snapshot()
        };
        let mut replica = Replica::new(client(1), snapshot);
        replica.receive_of(epoch(told), theirs(&mut authority, vec![create(2, "re")]));
        assert_eq!(shown(&replica), "do re", "{known} {told}");
    }
}

#[test]
fn frames_of_the_lost_history_are_ignored() {
    let Restored {
        mut lost,
        present,
        mut replica,
    } = restored();
    replica.catch_up(replica.since(), present.since(replica.since()));
    let changes = theirs(&mut lost, vec![create(6, "la")]);
    let effects = replica.receive_of(Some(epoch(1)), changes);
    assert_eq!(effects, Effects::default());
    assert_eq!(replica.next_push(1024), None, "and they make no gap");
}

#[test]
fn a_stored_snapshot_of_another_history_is_ignored() {
    let Restored { mut lost, .. } = restored();
    let backup = sheet_with(&["do"]).with_epoch(epoch(2));
    theirs(&mut lost, vec![create(6, "la")]);
    let kept = open(&lost, 2).snapshot();
    assert_eq!(kept.cursor(), lost.snapshot().cursor());

    let mut fresh = open(&backup, 1);
    assert_eq!(fresh.recall(kept.clone()), Effects::default());
    let unnamed = CatchUp {
        epoch: None,
        ..kept.clone()
    };
    assert_eq!(fresh.recall(unnamed), Effects::default());
    assert_eq!(fresh.since(), backup.snapshot().cursor());

    let mut older = open(&sheet_with(&["do"]).with_epoch(epoch(1)), 1);
    older.recall(kept.clone());
    assert!(older.ordered().eq(lost.ordered()));
    let mut unnamed = open(&sheet_with(&["do"]), 1);
    unnamed.recall(kept);
    assert_eq!(unnamed.since(), lost.snapshot().cursor());
}

#[test]
fn the_epoch_is_learned_from_the_first_answer_and_kept() {
    let mut authority = sheet_with(&["do"]);
    let mut replica = open(&authority, 1);
    theirs(&mut authority, vec![create(2, "re")]);
    let mut authority = authority.with_epoch(epoch(1));
    assert_eq!(replica.since().epoch, None);
    replica.pull(1024);
    replica.pushed(answer(
        &mut authority,
        &Push {
            client_id: client(1),
            since: Version(2),
            epoch: None,
            begins: None,
            mutations: vec![],
        },
    ));
    assert_eq!(replica.since(), authority.snapshot().cursor());
    assert!(replica.ordered().eq(authority.ordered()));
    let rebuilt = Replica::from_stored(replica.to_stored());
    assert_eq!(rebuilt.since(), replica.since());
    assert_eq!(replica.pull(1024).unwrap().cursor(), replica.since());
}

#[test]
fn an_answer_that_names_none_is_of_the_same_history() {
    let Restored {
        mut lost,
        mut replica,
        ..
    } = restored();
    theirs(&mut lost, vec![create(6, "la")]);
    let older = CatchUp {
        epoch: None,
        ..lost.since(replica.since())
    };
    replica.catch_up(replica.since(), older);
    assert!(replica.ordered().eq(lost.ordered()));
    let cursor = Cursor {
        epoch: Some(epoch(1)),
        version: Version(6),
    };
    assert_eq!(replica.since(), cursor);
}
