//! What the numbers of mutations say: what is missing, what comes late, and what is not what it says.

use fastrand::Rng;
use sync::{Bounds, Numbers, Push};

use super::*;

/// A push of client 1 whose outbox holds nothing before its first mutation.
fn push(mutations: Vec<Mutation<Sheet>>) -> Push<Sheet> {
    Push {
        client_id: client(1),
        since: Version::ZERO,
        epoch: None,
        begins: mutations.first().map(|mutation| mutation.seq),
        mutations,
    }
}

#[test]
fn what_is_missing_is_not_acknowledged() {
    let mut authority = sheet_with(&["do"]);
    let far = [mutation(1_000_000_000, sing(1, "far"))];
    let outcome = authority.take(Some(client(1)), &far, 0);
    assert_eq!((outcome.acked, outcome.changes.len()), (Seq::ZERO, 0));
    assert_eq!(authority.client(client(1)), None, "it leaves no trace");
    // An outbox that still holds 1 does not explain that 1 is missing.
    let mut sent = push(vec![mutation(2, sing(1, "re"))]);
    sent.begins = Some(Seq(1));
    assert_eq!(authority.take_push(&sent, 0).acked, Seq::ZERO);
    let both = push(vec![mutation(1, sing(1, "da")), mutation(2, sing(1, "re"))]);
    assert_eq!(authority.take_push(&both, 0).acked, Seq(2));
    assert_eq!(lyrics(authority.ordered()), "re");
}

#[test]
fn a_refusal_is_sent_although_nothing_of_the_push_can_be_taken() {
    let mut authority = sheet();
    authority.take(Some(client(1)), &[mutation(1, sing(9, "la"))], 0);
    let outcome = authority.take(Some(client(1)), &[mutation(3, create(1, "do"))], 0);
    assert_eq!(
        (outcome.acked, outcome.rejected),
        (Seq(1), vec![not_found(1)])
    );
    let again = authority.take(Some(client(1)), &[], 0);
    assert_eq!(again.rejected, [not_found(1)]);
}

#[test]
fn numbers_missing_from_an_outbox_are_not_waited_for() {
    let mut authority = sheet_with(&["do"]);
    let outcome = authority.take_push(&push(vec![mutation(5, sing(1, "da"))]), 0);
    assert_eq!((outcome.acked, outcome.changes.len()), (Seq(5), 1));
}

#[test]
fn an_outbox_with_a_hole_gets_through_in_two_pushes() {
    let mut authority = sheet_with(&["do", "re"]);
    let first = push(vec![mutation(1, sing(1, "da")), mutation(3, sing(2, "ra"))]);
    assert_eq!(authority.take_push(&first, 0).acked, Seq(1));
    let second = push(vec![mutation(3, sing(2, "ra"))]);
    assert_eq!(authority.take_push(&second, 0).acked, Seq(3));
    assert_eq!(lyrics(authority.ordered()), "da ra");
}

/// A tab that lives and another that took on what it could read of its changes, 1 and 4.
#[test]
fn a_number_that_another_tab_left_out_is_not_acknowledged_to_the_tab_that_holds_it() {
    let mut authority = sheet_with(&["do", "re"]);
    for part in [mutation(1, sing(1, "da")), mutation(4, sing(2, "ra"))] {
        let seq = part.seq;
        assert_eq!(authority.take_push(&push(vec![part]), 0).acked, seq);
    }
    let held = [
        mutation(1, sing(1, "da")),
        mutation(2, tune(1, 62)),
        mutation(3, tune(2, 64)),
        mutation(4, sing(2, "ra")),
    ];
    for (sent, acked) in [(0..1, 1), (1..2, 2), (0..2, 2), (2..3, 4), (0..4, 4)] {
        let mut part = push(held[sent].to_vec());
        part.begins = Some(Seq(1));
        assert_eq!(authority.take_push(&part, 0).acked, Seq(acked));
    }
    assert_eq!(authority.head(), Version(7), "each was taken once");
}

#[test]
fn what_was_left_out_and_comes_late_is_taken_once() {
    let mut authority = sheet_with(&["do", "re", "mi"]);
    authority.take_push(&push(vec![mutation(4, sing(1, "da"))]), 0);
    let late = push(vec![
        mutation(1, sing(2, "ra")),
        mutation(2, sing(3, "ma")),
        mutation(4, sing(1, "da")),
    ]);
    let outcome = authority.take_push(&late, 0);
    assert_eq!((outcome.acked, outcome.changes.len()), (Seq(4), 2));
    assert_eq!(lyrics(authority.ordered()), "da ra ma");
    take(&mut authority, vec![sing(2, "theirs")]);
    let outcome = authority.take_push(&late, 0);
    assert_eq!((outcome.acked, outcome.changes.len()), (Seq(4), 0));
    assert_eq!(lyrics(authority.ordered()), "da theirs ma");
    let third = push(vec![mutation(3, sing(3, "mo"))]);
    assert_eq!(authority.take_push(&third, 0).changes.len(), 1);
}

#[test]
fn the_largest_number_is_taken_once_too() {
    let mut authority = sheet_with(&["do"]);
    let last = push(vec![mutation(u64::MAX, sing(1, "da"))]);
    assert_eq!(authority.take_push(&last, 0).changes.len(), 1);
    take(&mut authority, vec![sing(1, "theirs")]);
    let again = authority.take_push(&last, 0);
    assert_eq!((again.acked, again.changes.len()), (Seq::MAX, 0));
    assert_eq!(lyrics(authority.ordered()), "theirs");
    let other = push(vec![mutation(u64::MAX, sing(1, "de"))]);
    let refused = authority.take_push(&other, 0).rejected;
    assert_eq!(refused.len(), 1, "it is not answered as if it were taken");
    assert_eq!(lyrics(authority.ordered()), "theirs");

    // What another tab left out before it still comes through.
    let late = push(vec![mutation(u64::MAX - 1, sing(1, "late"))]);
    assert_eq!(authority.take_push(&late, 0).changes.len(), 1);
    assert_eq!(authority.take_push(&late, 0).changes.len(), 0);
    assert_eq!(authority.take_push(&last, 0).changes.len(), 0);
}

#[test]
fn another_mutation_under_a_taken_number_is_refused() {
    let mut authority = sheet_with(&["do"]);
    authority.take(Some(client(1)), &[mutation(1, sing(1, "stolen"))], 0);
    let own = push(vec![mutation(1, sing(1, "own")), mutation(2, tune(1, 62))]);
    for _ in 0..2 {
        let outcome = authority.take_push(&own, 0);
        let reason = Refusal::NumberTaken;
        assert_eq!(
            outcome.rejected,
            [Rejection {
                seq: Seq(1),
                reason
            }]
        );
        assert_eq!(outcome.acked, Seq(2));
    }
    assert_eq!(lyrics(authority.ordered()), "stolen");
    let repeated = authority.take(Some(client(1)), &[mutation(1, sing(1, "stolen"))], 0);
    assert_eq!(repeated.rejected, [], "that one was taken");
}

#[test]
fn the_refusal_of_another_mutation_is_not_that_of_the_one_that_was_taken() {
    let mut authority = sheet();
    authority.take(Some(client(1)), &[mutation(1, sing(9, "stolen"))], 0);
    let reasons = |authority: &mut Authority<Sheet>, lyric: &str| {
        let push = push(vec![mutation(1, sing(9, lyric))]);
        authority.take_push(&push, 0).rejected
    };
    let reason = Refusal::NumberTaken;
    assert_eq!(
        reasons(&mut authority, "own"),
        [Rejection {
            seq: Seq(1),
            reason
        }]
    );
    assert_eq!(reasons(&mut authority, "stolen"), [not_found(1)]);
}

#[test]
fn somebody_who_learned_a_client_id_cannot_suppress_its_changes_silently() {
    // The thief goes far ahead, or uses the next numbers.
    for ahead in [
        vec![1_000_000_000],
        vec![3, 4, 5],
        vec![7, 9],
        (3..40).collect(),
        (3..200).collect(),
        (3..3_000).collect(),
        (2..100).map(|n| 2 * n).collect(),
    ] {
        let mut authority = sheet_with(&["do", "re"]);
        let own = |seq: u64| mutation(seq, sing(1, &format!("own {seq}")));
        authority.take_push(&push(vec![own(1), own(2)]), 0);
        for seq in ahead {
            authority.take_push(&push(vec![mutation(seq, sing(2, &seq.to_string()))]), 0);
        }
        for seq in 3..=12 {
            let outcome = authority.take_push(&push(vec![own(seq)]), 0);
            assert!(outcome.acked >= Seq(seq));
            let is_taken = outcome.changes.len() == 1;
            let is_refused = outcome
                .rejected
                .iter()
                .any(|rejection| rejection.seq == Seq(seq));
            assert!(is_taken != is_refused, "{seq}: {outcome:?}");
        }
    }
}

#[test]
fn a_mutation_under_a_forgotten_number_is_a_repetition_only_if_all_is_as_it_left_it() {
    let mut authority = sheet_with(&["do", "re"]);
    let first = push(vec![
        mutation(1, sing(1, "da")),
        mutation(2, create(9, "so")),
    ]);
    authority.take_push(&first, 0);
    for seq in 3..200 {
        authority.take_push(&push(vec![mutation(seq, sing(2, &seq.to_string()))]), 0);
    }
    assert_eq!(authority.take_push(&first, 0).rejected, []);
    take(&mut authority, vec![sing(1, "theirs"), destroy(9)]);
    let late = authority.take_push(&first, 0);
    let reason = Refusal::NumberTaken;
    assert_eq!(
        late.rejected,
        [Rejection {
            seq: Seq(1),
            reason
        }]
    );
    assert_eq!((late.acked, late.changes.len()), (Seq(199), 0));
    assert_eq!(lyrics(authority.ordered()), "theirs 199");
}

/// A tab that lives, and another that could read the second of its changes alone.
#[test]
fn a_refusal_outlives_the_push_of_another_who_holds_only_what_comes_behind_it() {
    let mut authority = sheet_with(&["do"]);
    let held = [
        mutation(1, sing(9, "too early")),
        mutation(2, sing(1, "da")),
    ];
    authority.take_push(&push(held.to_vec()), 0);
    let other = authority.take_push(&push(held[1..].to_vec()), 0);
    assert_eq!((other.acked, other.rejected), (Seq(2), vec![]));
    let again = authority.take_push(&push(held.to_vec()), 0);
    assert_eq!((again.acked, again.rejected), (Seq(2), vec![not_found(1)]));
}

#[test]
fn a_long_push_is_known_again_by_its_last_mutations() {
    let mut authority = sheet_with(&["do", "re"]);
    for n in 0..=Bounds::LONG_MEMORIES as u128 {
        authority.take(Some(client(100 + n)), &[mutation(1, tune(2, 1))], 0);
    }
    let long = (1..=200).map(|seq| mutation(seq, sing(1, &seq.to_string())));
    let long = push(long.collect());
    assert_eq!(authority.take_push(&long, 0).changes.len(), 200);
    take(&mut authority, vec![sing(1, "theirs")]);
    let again = authority.take_push(&long, 0);
    assert_eq!((again.rejected, again.changes.len()), (vec![], 0));
    assert_eq!(again.acked, Seq(200));
}

#[test]
fn a_forgotten_number_whose_refusal_is_remembered_is_refused_again_for_the_same_reason() {
    let mut authority = sheet_with(&["do", "re"]);
    for n in 0..=Bounds::LONG_MEMORIES as u128 {
        authority.take(Some(client(100 + n)), &[mutation(1, tune(2, 1))], 0);
    }
    // Of the numbers, the last ones are remembered; of the refusals, all.
    let refused = |seq: u64| seq == 1 || seq == 150;
    let long = (1..=200).map(|seq| {
        let row = if refused(seq) { 9 } else { 1 };
        mutation(seq, sing(row, &seq.to_string()))
    });
    let long = push(long.collect());
    let outcome = authority.take_push(&long, 0);
    assert_eq!(outcome.rejected, [not_found(1), not_found(150)]);
    let begin = push(long.mutations[..2].to_vec());
    let again = authority.take_push(&begin, 0);
    let reason = Refusal::NumberTaken;
    assert_eq!(again.changes, []);
    let first: Vec<_> = again
        .rejected
        .into_iter()
        .filter(|it| it.seq < Seq(3))
        .collect();
    assert_eq!(
        first,
        [
            not_found(1),
            Rejection {
                seq: Seq(2),
                reason
            }
        ]
    );
}

#[test]
fn the_numbers_that_are_remembered_are_counted() {
    let mut authority = sheet_with(&["do"]);
    let first = push(vec![mutation(1, sing(1, "da")), mutation(2, tune(1, 62))]);
    for _ in 0..2 {
        authority.take_push(&first, 0);
        assert_eq!(authority.numbers(), 2);
    }
    authority.take_push(&push(vec![mutation(5, sing(1, "du"))]), 0);
    assert_eq!(
        authority.numbers(),
        4,
        "three numbers and the range from 3 to 4"
    );
    authority.take_push(
        &Push {
            client_id: client(2),
            ..first.clone()
        },
        0,
    );
    assert_eq!(authority.numbers(), 6);
    let refused = [mutation(1, tune(1, 63)), mutation(2, sing(9, "la"))];
    for other in [client(2), client(3)] {
        assert!(authority.take_all(Some(other), &refused, 0).is_err());
        assert_eq!(authority.numbers(), 6, "all or none");
    }

    let rows = [SCORE, id(1)].map(|id| authority.row(id).unwrap().clone());
    let clients = [1, 2].map(|n| (client(n), authority.client(client(n)).unwrap().clone()));
    let restored = Authority::restore(authority.head(), Version::ZERO, rows, clients);
    assert_eq!(restored.numbers(), 6);
}

/// The push of a client: `first` and the numbers behind it, up to `last`.
fn tuned(n: u128, first: u64, last: u64) -> Push<Sheet> {
    let tuned = (first..=last).map(|seq| mutation(seq, tune(1, seq as u32)));
    Push {
        client_id: client(n),
        ..push(tuned.collect())
    }
}

#[test]
fn of_the_numbers_before_a_push_only_the_last_ones_are_remembered() {
    let mut authority = sheet_with(&["do"]);
    authority.take_push(&tuned(1, 1, 60), 0);
    assert_eq!(authority.numbers(), 60);
    // It has heard the answers up to 59.
    authority.take_push(&tuned(1, 60, 61), 0);
    assert_eq!(authority.numbers(), Bounds::SHORT_MEMORY + 2);
}

#[test]
fn of_too_many_clients_only_the_last_numbers_of_a_push_are_remembered() {
    let mut authority = sheet_with(&["do"]);
    for n in 0..Bounds::LONG_MEMORIES as u128 {
        authority.take_push(&tuned(100 + n, 1, 1), 0);
    }
    let before = authority.numbers();
    authority.take_push(&tuned(1, 1, 60), 0);
    assert_eq!(authority.numbers(), before + 60);
    authority.take_push(&tuned(2, 1, 60), 0);
    assert_eq!(authority.numbers(), before + 60 + Bounds::SHORT_MEMORY);
}

/// Stores keep fingerprints, and compare them after an update of the program.
#[test]
fn the_fingerprint_of_a_mutation_stays_what_it_was() {
    let mut authority = sheet_with(&["do"]);
    let both = [mutation(1, sing(1, "da")), mutation(2, tune(1, 62))];
    let json = both
        .clone()
        .map(|it| serde_json::to_string(&it.op).unwrap());
    assert_eq!(
        json,
        [
            r#"{"update":{"id":"00000000-0000-0000-0000-000000000001","patch":{"tone":{"lyric":"da"}}}}"#,
            r#"{"update":{"id":"00000000-0000-0000-0000-000000000001","patch":{"tone":{"pitch":62}}}}"#
        ]
    );
    authority.take(Some(client(1)), &both, 0);
    authority.take_all(Some(client(2)), &both, 0).unwrap();
    let taken = |n| serde_json::to_value(&authority.client(client(n)).unwrap().numbers).unwrap();
    // FNV-1a over the JSON, its halves joined by XOR.
    assert_eq!(
        taken(1),
        serde_json::json!({ "taken": [[1, 629_928_863], [2, 943_732_924]] })
    );
    // In a batch, the second one begins with the first one's fingerprint.
    assert_eq!(
        taken(2),
        serde_json::json!({ "taken": [[1, 629_928_863], [2, 4_267_791_392_u32]] })
    );
}

#[test]
fn what_is_remembered_of_numbers_outlives_a_restart_and_has_a_bound() {
    let mut authority = sheet_with(&["do"]);
    for n in 0..3_000_u64 {
        // It never says that it has heard of the first, and leaves every other number out.
        let sent = push(vec![
            mutation(1, sing(1, "0")),
            mutation(2 * n + 2, sing(1, &n.to_string())),
        ]);
        authority.take_push(
            &Push {
                begins: Some(Seq(2 * n + 2)),
                ..sent
            },
            0,
        );
    }
    let state = authority.client(client(1)).unwrap();
    assert_eq!(state.acked, Seq(6_000));
    let json = serde_json::to_string(&state.numbers).unwrap();
    assert!(json.len() < 25_000, "{} bytes", json.len());
    let read: Numbers = serde_json::from_str(&json).unwrap();
    assert_eq!(read, state.numbers);
    assert_eq!(
        serde_json::from_str::<Numbers>("{}").unwrap(),
        Numbers::default()
    );

    let rows = [SCORE, id(1)].map(|id| authority.row(id).unwrap().clone());
    let clients = [(client(1), state.clone())];
    let mut after = Authority::restore(authority.head(), Version::ZERO, rows, clients);
    let stolen = push(vec![mutation(6_000, sing(1, "other"))]);
    assert_eq!(after.take_push(&stolen, 0).rejected.len(), 1);
    let left_out = push(vec![mutation(5_999, sing(1, "late"))]);
    assert_eq!(after.take_push(&left_out, 0).changes.len(), 1);
}

/// A tab dies: some of its mutations were stored, some sent as beacons which are late, and others adopt
/// what was stored. Each mutation that is stored or arrives has its effect once.
#[test]
fn an_adopted_outbox_with_holes_and_late_beacons_is_taken_exactly_once() {
    for seed in 0..2_000 {
        let mut rng = Rng::with_seed(seed);
        let mut authority = sheet_with(&["do"]);
        let last = rng.u64(1..8);
        let made: Vec<_> = (1..=last)
            .map(|seq| mutation(seq, sing(1, &format!("lyric {seq}"))))
            .collect();
        let mut stored = made.clone();
        stored.retain(|_| rng.u8(..3) > 0);
        let mut outboxes = vec![stored.clone(); rng.usize(1..3)];
        let mut beacons: Vec<_> = (0..rng.usize(0..3))
            .map(|_| made[..rng.usize(0..=made.len())].to_vec())
            .collect();
        let mut expected: Vec<Seq> = stored.iter().map(|it| it.seq).collect();
        expected.extend(beacons.iter().flatten().map(|it| it.seq));
        expected.sort_unstable();
        expected.dedup();

        let mut done: Vec<Seq> = Vec::new();
        while !(outboxes.is_empty() && beacons.is_empty()) {
            let outcome = if rng.bool() && !beacons.is_empty() || outboxes.is_empty() {
                authority.take_push(&push(beacons.pop().unwrap()), 0)
            } else {
                let at = rng.usize(..outboxes.len());
                let outcome = authority.take_push(&push(outboxes[at].clone()), 0);
                outboxes[at].retain(|it| it.seq > outcome.acked);
                if outboxes[at].is_empty() {
                    outboxes.swap_remove(at);
                }
                outcome
            };
            assert_eq!(outcome.rejected, [], "seed {seed}");
            for change in outcome.changes {
                let number = lyric(&change.row).strip_prefix("lyric ").unwrap();
                done.push(Seq(number.parse().unwrap()));
            }
            take(&mut authority, vec![sing(1, "theirs")]);
        }
        done.sort_unstable();
        assert_eq!(done, expected, "seed {seed}");
    }
}
