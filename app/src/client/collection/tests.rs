use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use leptos::prelude::*;
use sync::{
    CatchUp, Change, ClientId, Event, Model, Op, Place, PushAnswer, Refusal, Rejection, Version,
};
use uuid::Uuid;

use super::Collection;
use crate::{Item, ItemPatch, Record, RecordPatch};

const NOW: i64 = 1_000;

fn item(id: u128, text: &str, version: u64) -> Record {
    let draft = ItemPatch::shortdesc(text);
    let mut item = Item::create(Uuid::from_u128(id), &draft, NOW).expect("a text that is fine");
    item.position = sync::Position::from_stored(format!("a{id}"));
    item.stamp(Version(version), NOW);
    Record::Item(item)
}

fn updated(row: Record) -> Change<Record> {
    Change {
        event: Event::Updated,
        row,
    }
}

fn destroyed(row: Record) -> Change<Record> {
    Change {
        event: Event::Destroyed,
        row,
    }
}

fn tick(id: u128) -> Op<Record> {
    let patch = RecordPatch::Item(ItemPatch::isdone(true));
    Op::Update {
        id: Uuid::from_u128(id),
        patch,
    }
}

fn add(id: u128, text: &str) -> Op<Record> {
    let draft = RecordPatch::Item(ItemPatch::shortdesc(text));
    Op::Create {
        id: Uuid::from_u128(id),
        draft,
        place: Place::End,
    }
}

/// Milk, bread and eggs, at version 3.
fn groceries() -> Collection<Record> {
    let rows = [item(1, "milk", 1), item(2, "bread", 2), item(3, "eggs", 3)];
    let snapshot = CatchUp {
        head: Version(3),
        epoch: None,
        reset: true,
        changes: rows.map(updated).into(),
    };
    Collection::new(ClientId(Uuid::from_u128(99)), snapshot)
}

fn titles(collection: Collection<Record>) -> Vec<String> {
    let ids = collection.ids().get_untracked();
    let rows = ids.into_iter().filter_map(|id| collection.row(id));
    rows.filter_map(|row| {
        row.get_untracked()
            .as_item()
            .map(|item| item.shortdesc.to_string())
    })
    .collect()
}

/// A memo over what `look` reads, and how often it had to look.
fn counted<T: PartialEq + Clone + Send + Sync + 'static>(
    look: impl Fn() -> T + Send + Sync + 'static,
) -> (Memo<T>, Arc<AtomicUsize>) {
    let looks = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&looks);
    let memo = Memo::new(move |_| {
        counter.fetch_add(1, Ordering::Relaxed);
        look()
    });
    memo.get_untracked();
    (memo, looks)
}

fn with_owner(test: impl FnOnce()) {
    Owner::new().with(test);
}

#[test]
fn a_change_of_one_row_touches_neither_the_order_nor_its_neighbour() {
    with_owner(|| {
        let collection = groceries();
        let (order, order_looks) = counted(move || collection.ids().get());
        let bread = collection.row(Uuid::from_u128(2)).expect("it is there");
        let (bread, bread_looks) = counted(move || bread.get());

        collection
            .mutate(vec![tick(1)], NOW)
            .expect("it may be ticked");
        collection.receive(None, vec![updated(item(3, "brown eggs", 4))]);

        order.get_untracked();
        bread.get_untracked();
        assert_eq!(order_looks.load(Ordering::Relaxed), 1);
        assert_eq!(bread_looks.load(Ordering::Relaxed), 1);
        assert_eq!(titles(collection), ["milk", "bread", "brown eggs"]);
    });
}

#[test]
fn an_own_row_shows_at_once_and_waits_to_be_pushed() {
    with_owner(|| {
        let collection = groceries();
        collection
            .mutate(vec![add(4, "butter")], NOW)
            .expect("there is room");
        assert_eq!(titles(collection), ["milk", "bread", "eggs", "butter"]);
        assert_eq!(collection.pending().get_untracked(), 1);
    });
}

#[test]
fn a_row_that_others_delete_leaves_the_order() {
    with_owner(|| {
        let collection = groceries();
        collection.receive(None, vec![destroyed(item(2, "bread", 4))]);
        assert_eq!(titles(collection), ["milk", "eggs"]);
        assert!(collection.row(Uuid::from_u128(2)).is_none());
    });
}

#[test]
fn a_refused_row_vanishes_and_is_handed_back_with_its_text() {
    with_owner(|| {
        let collection = groceries();
        collection
            .mutate(vec![add(4, "butter")], NOW)
            .expect("there is room");
        let push = collection
            .next_push(1_000)
            .expect("there is something to say");
        let seq = push.mutations[0].seq;
        let refused = collection.pushed(PushAnswer {
            acked: seq,
            rejected: vec![Rejection {
                seq,
                reason: Refusal::Full { limit: 3 },
            }],
            catch_up: CatchUp {
                head: Version(3),
                epoch: None,
                reset: false,
                changes: Vec::new(),
            },
        });
        assert_eq!(titles(collection), ["milk", "bread", "eggs"]);
        assert_eq!(refused.len(), 1);
        assert_eq!(refused[0].mutation.op, add(4, "butter"));
        assert_eq!(collection.pending().get_untracked(), 0);
    });
}

#[test]
fn a_row_is_unsaved_until_all_of_its_changes_are_answered() {
    with_owner(|| {
        let collection = groceries();
        let [milk, bread] = [1, 2].map(|id| collection.unsaved(Uuid::from_u128(id)));
        let unsaved = || (milk.get_untracked(), bread.get_untracked());
        assert_eq!(unsaved(), (false, false));

        collection
            .mutate(vec![tick(1)], NOW)
            .expect("it may be ticked");
        let push = collection.next_push(1_000).expect("a change");
        let untick = RecordPatch::Item(ItemPatch::isdone(false));
        let untick = Op::Update {
            id: Uuid::from_u128(1),
            patch: untick,
        };
        collection
            .mutate(vec![untick], NOW)
            .expect("it may be unticked");
        assert_eq!(unsaved(), (true, false));

        let answer = |acked, head| PushAnswer {
            acked,
            rejected: Vec::new(),
            catch_up: CatchUp {
                head,
                epoch: None,
                reset: false,
                changes: Vec::new(),
            },
        };
        collection.pushed(answer(push.mutations[0].seq, Version(4)));
        assert_eq!(unsaved(), (true, false), "the second change still waits");
        let push = collection.next_push(1_000).expect("the second change");
        collection.pushed(answer(push.mutations[0].seq, Version(5)));
        assert_eq!(unsaved(), (false, false));

        // Who asks later hears the same.
        collection
            .mutate(vec![add(4, "butter")], NOW)
            .expect("there is room");
        assert!(collection.unsaved(Uuid::from_u128(4)).get_untracked());
    });
}

#[test]
fn listeners_get_others_changes_with_the_row_as_it_was() {
    with_owner(|| {
        let collection = groceries();
        let heard = StoredValue::new(Vec::new());
        collection.on_remote(move |before, _| {
            let before = before
                .and_then(Record::as_item)
                .map(|item| item.shortdesc.to_string());
            heard.update_value(|heard| heard.push(before));
        });
        collection
            .mutate(vec![tick(1)], NOW)
            .expect("it may be ticked");
        collection.receive(None, vec![updated(item(2, "white bread", 4))]);
        assert_eq!(heard.get_value(), [Some("bread".to_owned())]);
    });
}

#[test]
fn a_listener_is_removed_with_its_reactive_owner() {
    with_owner(|| {
        let collection = groceries();
        let heard = StoredValue::new(0);
        let part = Owner::new();
        part.with(|| collection.on_remote(move |_, _| heard.update_value(|heard| *heard += 1)));
        collection.receive(None, vec![updated(item(2, "white bread", 4))]);
        part.cleanup();
        collection.receive(None, vec![updated(item(2, "dark bread", 5))]);
        assert_eq!(heard.get_value(), 1);
    });
}

#[test]
fn an_acknowledgement_updates_a_row_without_notifying() {
    with_owner(|| {
        let collection = groceries();
        let told = StoredValue::new(0);
        let row = collection.row(Uuid::from_u128(2)).expect("a row");
        let seen = Memo::new({
            let row = row.clone();
            move |_| {
                told.update_value(|told| *told += 1);
                row.get().version()
            }
        });
        seen.get_untracked();
        let same = row.get_untracked();
        collection.receive(
            None,
            vec![updated({
                let mut acknowledged = same;
                acknowledged.stamp(Version(4), 1);
                acknowledged
            })],
        );
        seen.get_untracked();
        assert_eq!(
            (told.get_value(), row.get_untracked().version()),
            (1, Version(4))
        );
    });
}
