use std::net::Ipv4Addr;

use sync::{Mutation, Op, Seq};
use tokio::sync::oneshot;

use super::*;
use crate::store::{Write, request::NewList};

/// Returns a write to the list of this number, with this many mutations.
fn entry(list: u128, mutations: usize) -> Entry {
    let id = Uuid::nil();
    let mutations = (1..).take(mutations).map(|seq| Mutation {
        seq: Seq(seq),
        op: Op::Destroy { id },
    });
    Entry {
        write: Write {
            list: Uuid::from_u128(list),
            links_version: None,
            client: None,
            socket: None,
            mutations: mutations.collect(),
            begins: None,
            since: None,
            atomic: false,
        },
        reply: oneshot::channel().0,
        asker: Network::of(Ipv4Addr::LOCALHOST.into()),
        held: None,
        size: Size::Small,
        taken: None,
    }
}

fn large(list: u128) -> Entry {
    Entry {
        size: Size::Large,
        ..entry(list, 5_000)
    }
}

fn heavy(list: u128, mutations: usize) -> Entry {
    Entry {
        size: Size::Heavy,
        ..entry(list, mutations)
    }
}

fn waiting(entries: impl IntoIterator<Item = Entry>) -> Waiting {
    let mut waiting = Waiting::default();
    for entry in entries {
        assert!(waiting.add(entry).is_none());
    }
    waiting
}

/// Returns the list and the number of mutations of each write in the next batch.
fn next(waiting: &mut Waiting, most: usize) -> Vec<(u128, usize)> {
    numbers(&waiting.next_batch(most))
}

/// Returns the list and the number of mutations of each write.
fn numbers(entries: &[Entry]) -> Vec<(u128, usize)> {
    let numbers = |entry: &Entry| (entry.write.list.as_u128(), entry.write.mutations.len());
    entries.iter().map(numbers).collect()
}

#[test]
fn one_list_leaves_room_for_others_and_each_keeps_its_order() {
    let mut waiting = waiting([
        entry(1, 1_000),
        entry(1, 1_001),
        entry(1, 2),
        entry(2, 3),
        entry(1, 4),
    ]);
    assert_eq!(next(&mut waiting, 256), [(1, 1_000), (2, 3)]);
    assert_eq!(next(&mut waiting, 256), [(1, 1_001), (1, 2), (1, 4)]);
    assert!(waiting.is_empty());
}

#[test]
fn each_lists_first_request_comes_before_any_second() {
    let mut waiting = waiting([entry(1, 1), entry(1, 2), entry(1, 3), entry(2, 4)]);
    let order = [(1, 1), (2, 4), (1, 2), (1, 3)];
    assert_eq!(next(&mut waiting, 256), order);
}

#[test]
fn a_write_larger_than_a_share_has_a_batch_of_its_own() {
    let mut waiting = waiting([entry(1, 5_001), entry(1, 1), entry(2, 1)]);
    assert_eq!(next(&mut waiting, 256), [(1, 5_001)]);
    assert_eq!(next(&mut waiting, 1), [(1, 1)]);
    assert_eq!(next(&mut waiting, 1), [(2, 1)]);
}

#[test]
fn writes_to_a_list_being_loaded_hold_up_no_others() {
    let mut waiting = waiting([entry(1, 1), entry(2, 2)]);
    assert!(waiting.hold_up(Uuid::from_u128(1)));
    assert_eq!(next(&mut waiting, 256), [(2, 2)]);
    assert!(!waiting.is_ready());
    waiting.let_go(Uuid::from_u128(1));
    assert_eq!(next(&mut waiting, 256), [(1, 1)]);
}

#[test]
fn a_large_request_is_taken_alone_and_in_its_turn() {
    let list = Uuid::from_u128(1);
    let mut waiting = waiting([entry(1, 1), large(1), entry(1, 2), entry(2, 3)]);
    assert_eq!(waiting.next_large(), None);
    assert_eq!(next(&mut waiting, 256), [(1, 1), (2, 3)]);
    assert!(!waiting.is_ready());
    assert_eq!(waiting.next_large(), Some(list));
    waiting.hold_up(list);
    assert_eq!(waiting.next_large(), None);
    waiting.let_go(list);
    assert!(
        waiting
            .take(list)
            .is_some_and(|entry| entry.size == Size::Large)
    );
    assert_eq!(next(&mut waiting, 256), [(1, 2)]);
    assert!(waiting.is_empty());
}

#[test]
fn a_large_request_in_a_hurry_is_taken_in_one_commit() {
    let list = Uuid::from_u128(1);
    let mut waiting = waiting([large(1), entry(2, 3), entry(1, 2)]);
    waiting.hurry(list);
    assert_eq!(waiting.next_large(), None);
    assert_eq!(numbers(&waiting.next_heavy()), [(1, 5_000)]);
    assert_eq!(next(&mut waiting, 256), [(2, 3), (1, 2)]);
}

#[test]
fn heavy_requests_are_taken_beside_the_batches_a_few_at_once_and_in_their_turn() {
    let entries = [
        heavy(1, 100),
        entry(1, 1),
        heavy(2, 100),
        entry(3, 1),
        heavy(3, 100),
        heavy(4, 100),
        heavy(1, 50),
    ];
    let mut waiting = waiting(entries);
    assert_eq!(next(&mut waiting, 256), [(3, 1)]);
    assert!(!waiting.is_ready() && waiting.has_heavy());
    assert_eq!(numbers(&waiting.next_heavy()), [(1, 100), (2, 100)]);
    assert_eq!(next(&mut waiting, 256), [(1, 1)]);
    waiting.hold_up(Uuid::from_u128(4));
    assert_eq!(numbers(&waiting.next_heavy()), [(3, 100), (1, 50)]);
    assert!(!waiting.has_heavy());
    waiting.let_go(Uuid::from_u128(4));
    assert_eq!(numbers(&waiting.next_heavy()), [(4, 100)]);
    assert!(waiting.is_empty());
}

#[test]
fn writes_without_a_turn_come_first_the_next_time() {
    let mut waiting = waiting([entry(1, 1), entry(1, 2), entry(2, 3), entry(3, 9)]);
    let batch = waiting.next_batch(3);
    waiting.give_back(batch);
    assert_eq!(next(&mut waiting, 256), [(1, 1), (2, 3), (3, 9), (1, 2)]);
}

#[test]
fn too_many_writes_to_one_list_are_refused_and_no_others() {
    let mut waiting = waiting((0..LIST_REQUESTS).map(|_| entry(1, 1)));
    assert!(waiting.add(entry(1, 1)).is_some());
    assert!(waiting.add(entry(2, 1)).is_none());
    waiting.next_batch(1);
    assert!(waiting.add(entry(1, 1)).is_none());
}

#[test]
fn a_batch_ends_with_the_request_that_fills_it() {
    let share = LIST_MUTATIONS;
    let mut waiting = waiting([
        entry(1, share),
        entry(2, share),
        entry(3, share),
        entry(4, share - 1),
        entry(5, 1),
        entry(6, 1),
    ]);
    assert_eq!(next(&mut waiting, 256).len(), 5);
    assert_eq!(next(&mut waiting, 256), [(6, 1)]);
}

#[test]
fn a_list_may_fill_its_share_of_a_batch() {
    let mut waiting = waiting([entry(1, LIST_MUTATIONS - 1), entry(1, 1), entry(1, 1)]);
    assert_eq!(next(&mut waiting, 256).len(), 2);
    assert_eq!(next(&mut waiting, 256), [(1, 1)]);
}

#[test]
fn what_no_longer_waits_makes_room_for_as_much_again() {
    let list = Uuid::from_u128(1);
    let mut waiting = waiting((0..LIST_REQUESTS).map(|_| entry(1, 1)));
    assert!(waiting.take(list).is_some());
    assert!(waiting.add(entry(1, 1)).is_none());
    assert!(waiting.add(entry(1, 1)).is_some());

    let batch = waiting.next_batch(1);
    waiting.give_back(batch);
    assert!(waiting.add(entry(1, 1)).is_some());

    assert!(waiting.add(entry(2, 1)).is_none());
    assert_eq!(waiting.remove(list).len(), LIST_REQUESTS);
    assert_eq!(waiting.len(), 1);
    assert!(waiting.add(entry(1, 1)).is_none());
    assert_eq!(waiting.next_batch(256).len(), 2);
    assert!(waiting.is_empty() && waiting.counts.is_empty());
}

#[test]
fn new_lists_wait_in_a_line_of_their_own() {
    let mut waiting = waiting([entry(1, 1)]);
    waiting.hold_up(Uuid::from_u128(1));
    for n in 10..13 {
        let list = NewList {
            id: Uuid::from_u128(n),
            title: app::Title::from_stored(String::new()),
            token: app::service::Token(n.to_string()),
            view_token: app::service::Token(format!("{n}v")),
            may_exist: false,
        };
        let reply = oneshot::channel().0;
        waiting.add_creation(Creation { list, reply });
    }
    assert_eq!(waiting.len(), 4);
    assert!(waiting.is_ready());
    let next = |waiting: &mut Waiting| {
        let creations = waiting.next_creations(2);
        let ids = creations.iter().map(|creation| creation.list.id.as_u128());
        ids.collect::<Vec<_>>()
    };
    assert_eq!(next(&mut waiting), [10, 11]);
    assert_eq!(next(&mut waiting), [12]);
    assert!(!waiting.is_ready() && !waiting.is_empty());
}
