//! What is kept has bounds, and what is beyond them is refused or let go of.

use sync::{Bounds, ClientId, MAX_MUTATIONS, Portion, Sender, Unit};

use super::*;

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

fn no_space() -> Refusal {
    Refusal::NoRoom {
        limit: Sheet::MAX_WEIGHT,
        unit: Unit::Bytes,
    }
}

/// As heavy as may be: six tones of forty characters.
fn heavy() -> Authority<Sheet> {
    sheet_with(&[&*"x".repeat(LYRIC_LIMIT); 6])
}

/// A number of clients that have pushed at a time, each with one refusal.
fn with_clients(authority: &Authority<Sheet>, clients: usize, seen_at: i64) -> Authority<Sheet> {
    let state = ClientState {
        acked: Seq(1),
        rejected: vec![not_found(1)],
        seen_at,
        ..ClientState::default()
    };
    let rows = authority.snapshot().changes.into_iter().map(Row::from);
    let clients = (0..clients).map(|n| (numbered(n), state.clone()));
    Authority::restore(authority.head(), authority.pruned(), rows, clients)
}

fn numbered(n: usize) -> ClientId {
    ClientId(Uuid::from_u128(1_000_000 + n as u128))
}

#[test]
fn a_channel_without_space_takes_nothing_that_needs_more() {
    let mut authority = heavy();
    assert_eq!(authority.live_weight(), Sheet::MAX_WEIGHT);
    assert_eq!(refusal(&mut authority, create(100, "x")), no_space());
    let shorter = "y".repeat(LYRIC_LIMIT - 1);
    take(&mut authority, vec![sing(1, &shorter)]);
    assert_eq!(take(&mut authority, vec![create(100, "x")]), (1, vec![]));
    let longer = "y".repeat(LYRIC_LIMIT);
    assert_eq!(refusal(&mut authority, sing(1, &longer)), no_space());
    take(&mut authority, vec![destroy(1), create(101, "x")]);
    assert_eq!(refusal(&mut authority, restore(1)), no_space());
}

#[test]
fn a_row_may_grow_as_long_as_the_channel_has_space() {
    let mut authority = sheet_with(&[&*"x".repeat(LYRIC_LIMIT); 5]);
    take(&mut authority, vec![create(6, "short")]);
    let longest = "y".repeat(LYRIC_LIMIT);
    let ops = vec![sing(6, "longer"), sing(6, &longest)];
    assert_eq!(take(&mut authority, ops), (2, vec![]));
    assert_eq!(authority.live_weight(), Sheet::MAX_WEIGHT);
}

#[test]
fn without_space_rows_can_still_be_changed_moved_and_deleted() {
    let mut authority = heavy();
    let as_long = "y".repeat(LYRIC_LIMIT);
    let ops = vec![
        tune(2, 70),
        move_to(2, Place::Start),
        sing(2, &as_long),
        sing(2, "short"),
        destroy(3),
    ];
    assert_eq!(take(&mut authority, ops), (5, vec![]));
}

#[test]
fn a_channel_that_was_too_heavy_before_may_become_lighter() {
    let row = |n: u128| {
        let heavy = heavy();
        let Some(Row {
            model: Sheet::Tone(tone),
            ..
        }) = heavy.row(id(1))
        else {
            panic!("it is there")
        };
        let model = Sheet::Tone(Tone {
            id: id(n),
            version: Version(n as u64),
            ..tone.clone()
        });
        Row {
            model,
            destroyed: false,
        }
    };
    let mut authority = Authority::restore(Version(9), Version::ZERO, (1..=9).map(row), []);
    let as_heavy = vec![tune(1, 70), move_to(1, Place::End)];
    assert_eq!(take(&mut authority, as_heavy), (2, vec![]));
    assert_eq!(
        take(&mut authority, vec![sing(1, "short"), destroy(2)]),
        (2, vec![])
    );
    assert_eq!(refusal(&mut authority, sing(1, "longer")), no_space());
}

#[test]
fn a_replica_predicts_that_there_is_no_space() {
    let authority = heavy();
    let mut replica = sync::Replica::new(client(1), authority.snapshot());
    let refused = replica.mutate(vec![create(100, "x")], 0);
    assert_eq!(refused.err(), Some(no_space()));
    assert!(
        replica
            .mutate(vec![destroy(1), create(100, "x")], 0)
            .is_ok()
    );
}

#[test]
fn the_oldest_tombstones_beyond_the_bound_go_and_cursors_from_before_get_a_reset() {
    let mut authority = sheet();
    for n in 1..=Sheet::MAX_TOMBSTONES as u128 + 3 {
        take(&mut authority, vec![create(n, "la"), destroy(n)]);
    }
    assert_eq!(authority.tidy(0, 2).rows, [id(1), id(2)]);
    assert_eq!(authority.tidy(0, 2).rows, [id(3)]);
    assert_eq!(authority.tidy(0, 2), sync::Tidied::default());
    assert_eq!(authority.len(), 1 + Sheet::MAX_TOMBSTONES);
    let last = authority.pruned();
    assert!(authority.since(Version(last.0 - 1)).reset);
    assert!(!authority.since(last).reset);
    assert_eq!(refusal(&mut authority, restore(3)), Refusal::NotFound);
    assert_eq!(take(&mut authority, vec![restore(4)]), (1, vec![]));
}

#[test]
fn tombstones_weigh_no_more_together_than_rows_may() {
    let mut authority = sheet();
    for n in 1..=8 {
        let lyric = "x".repeat(LYRIC_LIMIT);
        take(&mut authority, vec![create(n, &lyric), destroy(n)]);
    }
    assert_eq!(authority.weight(), 8 * LYRIC_LIMIT);
    assert_eq!(authority.tidy(0, 100).rows, [id(1), id(2)]);
    assert_eq!(authority.weight(), Sheet::MAX_WEIGHT);
}

#[test]
fn of_a_client_no_more_refusals_are_remembered_than_a_push_has() {
    let mut authority = sheet();
    for round in 0..3 {
        // It begins with a number that was taken before, so that all refusals seem to be unheard.
        let refused = (0..500).map(|n| mutation(2 + round * 500 + n, destroy(99)));
        let push: Vec<_> = std::iter::once(mutation(1, destroy(99)))
            .chain(refused)
            .collect();
        authority.take(Some(client(1)), &push, 0);
    }
    let state = authority.client(client(1)).expect("it has pushed");
    assert_eq!(state.rejected.len(), MAX_MUTATIONS);
    assert_eq!(state.rejected.last(), Some(&not_found(1_501)));
}

#[test]
fn refusals_of_the_clients_that_pushed_last_are_remembered() {
    let mut authority = with_clients(&sheet(), Bounds::REFUSALS, 7);
    authority.take(Some(client(1)), &[mutation(1, destroy(99))], 8);
    let pardoned = authority.tidy(8, 0).pardoned;
    assert_eq!(pardoned.len(), 1);
    assert_ne!(pardoned, [client(1)]);
    let state = authority
        .client(pardoned[0])
        .expect("only its refusals are gone");
    assert_eq!((state.acked, state.rejected.len()), (Seq(1), 0));
    assert_eq!(authority.refusals(), Bounds::REFUSALS);
}

#[test]
fn of_too_many_clients_those_idle_longest_are_forgotten() {
    let mut authority = with_clients(&sheet(), Bounds::IDLE_CLIENTS + 2, 0);
    authority.take(Some(numbered(0)), &[mutation(1, destroy(99))], 20 * DAY_MS);
    assert_eq!(authority.tidy(30 * DAY_MS, 0).forgotten, []);
    let forgotten = authority.tidy(31 * DAY_MS, 0).forgotten;
    assert_eq!(forgotten.len(), 2);
    assert!(
        !forgotten.contains(&numbered(0)),
        "it has pushed, if nothing new"
    );
    assert_eq!(authority.clients(), Bounds::IDLE_CLIENTS);
}

#[test]
fn new_clients_are_turned_away_while_too_many_have_pushed_recently() {
    let mut authority = with_clients(&sheet(), Bounds::CLIENTS, 0);
    let push = [mutation(4, create(1, "la")), mutation(5, create(2, "la"))];
    let outcome = authority.take(Some(client(1)), &push, 0);
    assert_eq!((outcome.acked, outcome.changes.len()), (Seq(5), 0));
    let refused: Vec<_> = outcome.rejected.iter().map(|it| it.seq).collect();
    assert_eq!(refused, [4, 5].map(Seq));
    let reason = Refusal::NoRoom {
        limit: Bounds::CLIENTS,
        unit: Unit::Clients,
    };
    assert_eq!(outcome.rejected[0].reason, reason);
    assert_eq!(authority.client(client(1)), None);
    let known = authority.take(Some(numbered(0)), &[mutation(2, create(1, "la"))], 0);
    assert_eq!(known.changes.len(), 1);
}

#[test]
fn a_push_that_changes_nothing_renews_when_a_client_was_seen_once_a_day() {
    let mut authority = sheet();
    let push = [mutation(1, create(1, "la"))];
    let mut seen = |now| {
        authority.take(Some(client(1)), &push, now);
        authority.client(client(1)).map(|state| state.seen_at)
    };
    assert_eq!(seen(7 * DAY_MS), Some(7 * DAY_MS));
    assert_eq!(seen(8 * DAY_MS - 1), Some(7 * DAY_MS));
    assert_eq!(seen(8 * DAY_MS), Some(8 * DAY_MS));
}

#[test]
fn what_changed_is_told_only_if_it_is_light_enough() {
    let mut authority = sheet_with(&["do", "re"]);
    take(&mut authority, vec![destroy(1)]);
    let all = authority.since(Version::ZERO);
    assert_eq!(authority.since_within(Version::ZERO.into(), 4), Some(all));
    assert_eq!(authority.since_within(Version::ZERO.into(), 3), None);
    assert_eq!(authority.since_within(Version(5).into(), 100), None);
    let nothing = authority.since(Version(4));
    assert_eq!(authority.since_within(Version(4).into(), 0), Some(nothing));
}

#[test]
fn rows_of_a_model_that_names_no_weight_weigh_nothing() {
    let mut authority =
        Authority::<crate::cost::Counted>::restore(Version::ZERO, Version::ZERO, [], []);
    let create = Op::Create {
        id: id(1),
        draft: crate::cost::CountedPatch { value: Some(1) },
        place: Place::End,
    };
    authority.take(
        None,
        &[Mutation {
            seq: Seq(1),
            op: create,
        }],
        0,
    );
    assert_eq!((authority.len(), authority.weight()), (1, 0));
}

/// Mutations of which each changes a lyric of 32 characters, from the number `first` on.
fn heavy_changes(first: u64, last: u64) -> Vec<Mutation<Sheet>> {
    (first..=last)
        .map(|seq| mutation(seq, sing(1, &format!("{seq:032}"))))
        .collect()
}

/// The number of such changes that one push may make.
const TAKEN: u64 = Bounds::TAKEN_WEIGHT as u64 / 32;

#[test]
fn the_rest_of_a_push_that_changes_too_much_is_left_for_the_next() {
    let mut authority = sheet_with(&["do"]);
    let push = heavy_changes(1, TAKEN + 2);
    let outcome = authority.take(Some(client(1)), &push, 0);
    assert_eq!(
        (outcome.acked, outcome.changes.len() as u64),
        (Seq(TAKEN), TAKEN)
    );
    let outcome = authority.take(Some(client(1)), &push[TAKEN as usize..], 0);
    assert_eq!((outcome.acked, outcome.changes.len()), (Seq(TAKEN + 2), 2));
}

#[test]
fn what_is_left_of_a_push_that_comes_late_is_not_acknowledged() {
    let mut authority = sheet_with(&["do"]);
    let push = |mutations: Vec<Mutation<Sheet>>| sync::Push {
        client_id: client(1),
        since: Version::ZERO,
        epoch: None,
        begins: mutations.first().map(|mutation| mutation.seq),
        mutations,
    };
    // Somebody who could not read the others has sent the last one.
    let last = 2 * TAKEN;
    authority.take_push(&push(heavy_changes(last, last)), 0);
    let outcome = authority.take_push(&push(heavy_changes(1, TAKEN + 2)), 0);
    assert_eq!(
        (outcome.acked, outcome.changes.len() as u64),
        (Seq(TAKEN), TAKEN)
    );
    let outcome = authority.take_push(&push(heavy_changes(TAKEN + 1, TAKEN + 2)), 0);
    assert_eq!((outcome.acked, outcome.changes.len()), (Seq(TAKEN + 2), 2));
}

#[test]
fn a_push_that_is_taken_in_portions_ends_as_one_that_is_taken_at_once() {
    const LAST: u64 = 40;
    let push: Vec<_> = (1..=LAST)
        .map(|seq| match seq % 5 {
            // There is no such row.
            0 => mutation(seq, destroy(99)),
            _ => mutation(seq, sing(1, &seq.to_string())),
        })
        .collect();
    let sender = Some(Sender {
        client_id: client(1),
        begins: None,
    });
    let (mut whole, mut parts) = (sheet_with(&["do"]), sheet_with(&["do"]));
    let expected = whole.take_from(sender, &push, 0);
    let portion = Portion {
        changes: 3,
        weight: usize::MAX,
    };
    let mut outcome = parts.take_within(sender, &push, 0, portion);
    let mut rounds = 1;
    while outcome.acked < Seq(LAST) {
        outcome.go_on(parts.take_within(sender, &push, 0, portion));
        rounds += 1;
        assert!(rounds < LAST, "each time, something is taken");
    }
    assert!(rounds > 10, "{rounds}");
    assert_eq!(outcome, expected);
    assert_eq!(parts.client(client(1)), whole.client(client(1)));
    assert_eq!(parts.since(Version::ZERO), whole.since(Version::ZERO));
    assert_eq!(parts.take_from(sender, &push, 0).changes, []);
}

#[test]
fn a_batch_that_is_taken_whole_may_change_as_much_as_it_likes() {
    let mut authority = sheet_with(&["do"]);
    let all = heavy_changes(1, TAKEN + 2);
    let outcome = authority.take_all(Some(client(1)), &all, 0).unwrap();
    assert_eq!(
        (outcome.acked, outcome.changes.len()),
        (Seq(TAKEN + 2), all.len())
    );
}

#[test]
fn refusals_are_counted_as_long_as_they_are_remembered() {
    let mut authority = sheet();
    let push = [mutation(1, destroy(99)), mutation(2, destroy(98))];
    for _ in 0..3 {
        authority.take(Some(client(1)), &push, 0);
        assert_eq!(authority.refusals(), 2);
    }
    authority.take(Some(client(2)), &push[..1], 0);
    assert_eq!(authority.refusals(), 3);
    // All or none: nothing of it is remembered.
    assert!(authority.take_all(Some(client(3)), &push, 0).is_err());
    assert_eq!(authority.refusals(), 3);
}
