//! What a client that is gone left unsent, sent by another.

use sync::StoredMutation;

use super::*;

/// What a replica leaves when its tab is closed.
fn left_by(replica: &Replica<Sheet>) -> Outbox<Sheet> {
    let client_id = replica.client_id();
    let pending: Vec<_> = replica.outbox(client_id).cloned().collect();
    let json = serde_json::to_string(&Outbox { client_id, pending }).unwrap();
    serde_json::from_str(&json).unwrap()
}

fn sent(replica: &mut Replica<Sheet>, authority: &mut Authority<Sheet>) -> Vec<Effects<Sheet>> {
    let mut all = Vec::new();
    while replica.pending() > 0 {
        all.push(push_to(authority, replica));
    }
    all
}

#[test]
fn shows_at_once_below_what_was_done_here() {
    let authority = sheet_with(&["do"]);
    let mut gone = open(&authority, 1);
    gone.mutate(vec![sing(1, "da"), create(2, "re")], 0)
        .unwrap();
    let mut replica = open(&authority, 2);
    replica
        .mutate(vec![sing(1, "dum"), create(3, "mi")], 0)
        .unwrap();
    let effects = replica.adopt(left_by(&gone));
    assert_eq!(
        told(&effects),
        ["+re", "~mi"],
        "the own change stays on top"
    );
    assert_eq!(shown(&replica), "dum re mi");
    assert_eq!(replica.pending(), 4);
    assert!(replica.is_pending(id(2)));
}

#[test]
fn is_sent_in_its_name_with_its_numbers_before_what_was_done_here() {
    let mut authority = sheet();
    let mut gone = open(&authority, 1);
    gone.mutate(vec![create(1, "do"), create(2, "re")], 0)
        .unwrap();
    let mut replica = open(&authority, 2);
    replica.mutate(vec![create(3, "mi")], 0).unwrap();
    replica.adopt(left_by(&gone));

    let push = replica.next_push(100_000).unwrap();
    assert_eq!(push.client_id, client(1));
    assert_eq!(
        push.mutations,
        [mutation(1, create(1, "do")), mutation(2, create(2, "re"))]
    );
    replica.pushed(answer(&mut authority, &push));
    let push = replica.next_push(100_000).unwrap();
    assert_eq!(push.client_id, client(2));
    assert_eq!(push.mutations, [mutation(1, create(3, "mi"))]);
    replica.pushed(answer(&mut authority, &push));
    assert_eq!(lyrics(authority.ordered()), "do re mi");
    assert!(replica.ordered().eq(authority.ordered()));
    assert_eq!(replica.pending(), 0);
}

#[test]
fn is_taken_once_although_its_client_had_sent_it() {
    let mut authority = sheet_with(&["do"]);
    let mut gone = open(&authority, 1);
    gone.mutate(vec![sing(1, "da")], 0).unwrap();
    let left = left_by(&gone);
    push_to(&mut authority, &mut gone);
    let mut another = open(&authority, 3);
    another.mutate(vec![sing(1, "dum")], 0).unwrap();
    push_to(&mut authority, &mut another);

    let mut replica = open(&authority, 2);
    replica.adopt(left);
    sent(&mut replica, &mut authority);
    assert_eq!(shown(&replica), "dum", "it was before that");
    assert_eq!(lyrics(authority.ordered()), "dum");
}

#[test]
fn is_taken_once_although_two_send_it() {
    let mut authority = sheet();
    let mut gone = open(&authority, 1);
    gone.mutate(vec![create(1, "do"), sing(1, "da")], 0)
        .unwrap();
    let mut replicas = [open(&authority, 2), open(&authority, 3)];
    for replica in &mut replicas {
        replica.adopt(left_by(&gone));
    }
    for replica in &mut replicas {
        sent(replica, &mut authority);
        assert_eq!(shown(replica), "da");
    }
    assert_eq!(authority.head(), Version(3), "two changes after the score");
}

#[test]
fn does_not_disturb_the_push_that_is_under_way() {
    let mut authority = sheet();
    let mut gone = open(&authority, 1);
    gone.mutate(vec![create(1, "do")], 0).unwrap();
    let mut replica = open(&authority, 2);
    replica.mutate(vec![create(2, "re")], 0).unwrap();
    let push = replica.next_push(100_000).unwrap();
    replica.adopt(left_by(&gone));
    assert_eq!(replica.next_push(100_000), None);
    replica.pushed(answer(&mut authority, &push));
    assert_eq!(
        replica.outbox(client(1)).count(),
        1,
        "number 1 of the other is not the number 1 that was acknowledged"
    );
    sent(&mut replica, &mut authority);
    assert_eq!(shown(&replica), "re do");
}

#[test]
fn refused_tells_what_was_typed() {
    let mut authority = sheet_with(&["do"]);
    let mut gone = open(&authority, 1);
    gone.mutate(vec![sing(1, "thought"), create(2, "re")], 0)
        .unwrap();
    theirs(&mut authority, vec![destroy(1)]);
    let mut replica = open(&authority, 2);
    assert_eq!(told(&replica.adopt(left_by(&gone))), ["+re"]);
    let effects = push_to(&mut authority, &mut replica);
    assert_eq!(effects.refused.len(), 1);
    assert_eq!(effects.refused[0].mutation.op, sing(1, "thought"));
    assert_eq!(effects.refused[0].reason, Refusal::Destroyed);
}

#[test]
fn keeps_to_the_limit_of_a_push_and_to_one_client_in_each() {
    let mut authority = sheet();
    let mut replica = open(&authority, 9);
    for n in [1, 2] {
        let mut gone = open(&authority, n);
        let ops = (0..3).map(|more| create(n * 10 + more, "la")).collect();
        gone.mutate(ops, 0).unwrap();
        replica.adopt(left_by(&gone));
    }
    replica.mutate(vec![create(3, "la")], 0).unwrap();
    let mut senders = Vec::new();
    while let Some(push) = replica.next_push(0) {
        senders.push(push.client_id);
        replica.pushed(answer(&mut authority, &push));
    }
    let in_turn = [1, 1, 1, 2, 2, 2, 9].map(client);
    assert_eq!(senders, in_turn);
    assert!(replica.ordered().eq(authority.ordered()));
}

#[test]
fn twice_or_of_oneself_changes_nothing() {
    let authority = sheet();
    let mut gone = open(&authority, 1);
    gone.mutate(vec![create(1, "do")], 0).unwrap();
    let mut replica = open(&authority, 2);
    replica.mutate(vec![create(2, "re")], 0).unwrap();
    replica.adopt(left_by(&gone));
    let before = replica.to_stored();
    assert_eq!(replica.adopt(left_by(&gone)), Effects::default());
    assert_eq!(replica.adopt(left_by(&replica)), Effects::default());
    assert_eq!(replica.to_stored(), before);
}

#[test]
fn is_kept_with_the_replica_that_adopted_it() {
    let mut authority = sheet();
    let mut replica = open(&authority, 9);
    for n in [1, 2] {
        let mut gone = open(&authority, n);
        gone.mutate(vec![create(n, "la"), sing(n, "lu")], 0)
            .unwrap();
        replica.adopt(left_by(&gone));
    }
    replica.mutate(vec![create(3, "mi")], 0).unwrap();
    let json = serde_json::to_string(&replica.to_stored()).unwrap();
    let stored: Stored<Sheet> = serde_json::from_str(&json).unwrap();
    let mut rebuilt = Replica::from_stored(stored.clone());
    assert_eq!(rebuilt.to_stored(), stored);
    assert!(rebuilt.ordered().eq(replica.ordered()));
    sent(&mut rebuilt, &mut authority);
    assert_eq!(lyrics(authority.ordered()), "lu lu mi");
}

#[test]
fn an_outbox_shrinks_by_what_was_acknowledged() {
    let mut authority = sheet();
    let mut replica = open(&authority, 1);
    let numbers = |replica: &Replica<Sheet>| {
        let outbox = replica.outbox(client(1));
        outbox.map(|kept| kept.mutation.seq).collect::<Vec<_>>()
    };
    replica
        .mutate(vec![create(1, "do"), create(2, "re")], 0)
        .unwrap();
    let push = replica.next_push(0).unwrap();
    replica.mutate(vec![create(3, "mi")], 0).unwrap();
    assert_eq!(numbers(&replica), [1, 2, 3].map(Seq));
    replica.pushed(answer(&mut authority, &push));
    assert_eq!(numbers(&replica), [2, 3].map(Seq));
    sent(&mut replica, &mut authority);
    assert!(numbers(&replica).is_empty());
}

#[test]
fn a_snapshot_of_a_replica_is_what_another_can_begin_with() {
    let mut authority = sheet_with(&["do", "re", "mi"]);
    let mut replica = open(&authority, 1);
    for change in theirs(&mut authority, vec![destroy(2), sing(3, "ma")]) {
        replica.receive([change]);
    }
    // One that is not confirmed, and one beyond a gap.
    replica.mutate(vec![create(4, "fa")], 0).unwrap();
    let [_, beyond] = &theirs(&mut authority, vec![title("Air"), sing(1, "da")])[..] else {
        panic!("two changes");
    };
    replica.receive([beyond.clone()]);

    let json = serde_json::to_string(&replica.snapshot()).unwrap();
    let snapshot: CatchUp<Sheet> = serde_json::from_str(&json).unwrap();
    assert_eq!(snapshot.head, replica.cursor());
    let mut other = Replica::new(client(2), snapshot.clone());
    assert_eq!(shown(&other), "da ma");
    let since = other.cursor();
    other.catch_up(since, authority.since(since));
    assert!(other.ordered().eq(authority.ordered()));
    assert_eq!(other.get(SCORE).map(lyric), Some("Air"));

    // And what one that began earlier catches up with.
    let mut older = Replica::new(client(3), sheet_with(&["do"]).snapshot());
    older.catch_up(Version::ZERO, snapshot.clone());
    assert_eq!((shown(&older).as_str(), older.cursor()), ("da ma", since));
    // One that began later has no use for it.
    assert_eq!(other.catch_up(Version::ZERO, snapshot), Effects::default());
    assert!(other.ordered().eq(authority.ordered()));
}

/// A tab that made these changes, each at its time, and sent nothing.
fn offline(authority: &Authority<Sheet>, n: u128, ops: &[(i64, Op<Sheet>)]) -> Replica<Sheet> {
    let mut replica = open(authority, n);
    for (at, op) in ops {
        replica.mutate(vec![op.clone()], *at).unwrap();
    }
    replica
}

#[test]
fn the_later_edit_of_two_tabs_wins_whichever_adopts_the_other() {
    for adopter_is_first in [true, false] {
        let mut authority = sheet_with(&["do", "re"]);
        let first = offline(
            &authority,
            1,
            &[(10, sing(1, "first")), (40, sing(2, "last"))],
        );
        let second = offline(
            &authority,
            2,
            &[(20, sing(1, "second")), (30, sing(2, "third"))],
        );
        let (mut adopter, gone) = if adopter_is_first {
            (first, second)
        } else {
            (second, first)
        };
        adopter.adopt(left_by(&gone));
        assert_eq!(shown(&adopter), "second last");
        sent(&mut adopter, &mut authority);
        assert_eq!(lyrics(authority.ordered()), "second last");
        assert_eq!(shown(&adopter), "second last");
        for n in [1, 2] {
            assert_eq!(authority.client(client(n)).unwrap().acked, Seq(2));
        }
    }
}

#[test]
fn each_clients_own_order_is_kept_although_its_clock_went_back() {
    let mut authority = sheet_with(&["do"]);
    let gone = offline(&authority, 1, &[(50, create(2, "re")), (10, sing(2, "ra"))]);
    let mut replica = offline(&authority, 9, &[(20, create(3, "mi")), (60, sing(3, "ma"))]);
    replica.adopt(left_by(&gone));
    let order: Vec<_> = replica.pending_mutations().map(|it| it.seq).collect();
    assert_eq!(order, [1, 1, 2, 2].map(Seq), "9, 1, 1, 9");
    let rebuilt = Replica::from_stored(replica.to_stored());
    assert!(rebuilt.pending_mutations().eq(replica.pending_mutations()));
    sent(&mut replica, &mut authority);
    assert_eq!(lyrics(authority.ordered()), "do ma ra");
}

#[test]
fn what_is_done_after_the_adoption_comes_last_although_the_clock_went_back() {
    let mut authority = sheet_with(&["do"]);
    let gone = offline(&authority, 1, &[(50, sing(1, "theirs"))]);
    let mut replica = open(&authority, 2);
    replica.adopt(left_by(&gone));
    replica.mutate(vec![sing(1, "mine")], 10).unwrap();
    assert_eq!(shown(&replica), "mine");
    assert_eq!(shown(&Replica::from_stored(replica.to_stored())), "mine");
    sent(&mut replica, &mut authority);
    assert_eq!(lyrics(authority.ordered()), "mine");
}

#[test]
fn what_an_older_tab_stored_keeps_its_order_although_its_clock_went_back() {
    let mut authority = sheet_with(&["do"]);
    let stored = |seq, at, op| StoredMutation {
        mutation: mutation(seq, op),
        at,
    };
    let outbox = Outbox {
        client_id: client(1),
        pending: vec![stored(1, 50, create(2, "re")), stored(2, 10, sing(2, "ra"))],
    };
    let mut replica = offline(&authority, 9, &[(20, create(3, "mi"))]);
    replica.adopt(outbox);
    let order: Vec<_> = replica.pending_mutations().map(|it| it.seq).collect();
    assert_eq!(order, [1, 1, 2].map(Seq), "9, then 1 and 1");
    sent(&mut replica, &mut authority);
    assert_eq!(lyrics(authority.ordered()), "do mi ra");
}
