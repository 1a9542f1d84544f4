//! What is remembered of a client's numbers, and for how long.

use sync::{Bounds, Numbers};

use super::*;

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
    assert_eq!(again.acked, 200);
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
    let first: Vec<_> = again.rejected.into_iter().filter(|it| it.seq < 3).collect();
    assert_eq!(first, [not_found(1), Rejection { seq: 2, reason }]);
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
    let restored = Authority::restore(authority.head(), 0, rows, clients);
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
                begins: Some(2 * n + 2),
                ..sent
            },
            0,
        );
    }
    let state = authority.client(client(1)).unwrap();
    assert_eq!(state.acked, 6_000);
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
    let mut after = Authority::restore(authority.head(), 0, rows, clients);
    let stolen = push(vec![mutation(6_000, sing(1, "other"))]);
    assert_eq!(after.take_push(&stolen, 0).rejected.len(), 1);
    let left_out = push(vec![mutation(5_999, sing(1, "late"))]);
    assert_eq!(after.take_push(&left_out, 0).changes.len(), 1);
}
