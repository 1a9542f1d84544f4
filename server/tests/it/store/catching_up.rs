//! Catching up, from memory and from the database.

use app::ListPatch;
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng, seq::IndexedRandom as _};

use super::*;

#[tokio::test]
async fn catching_up_works_from_any_cursor() {
    let file = File::new();
    let tandem = file.open().await;
    let Links { token, .. } = new_list(&tandem).await;
    let (mut replica, milk) = (Replica::new(), Uuid::now_v7());
    let ops = [create_with(milk, "milk"), create("bread"), create("salt")];
    replica.push(&tandem, &token, ops).await.expect("taken");
    let ops = [Op::Destroy { id: milk }];
    replica.push(&tandem, &token, ops).await.expect("taken");

    let expected: [&[u64]; 6] = [&[1, 3, 4, 5], &[3, 4, 5], &[3, 4, 5], &[4, 5], &[5], &[]];
    for (since, expected) in (0..).zip(expected) {
        let changes = tandem
            .changes(&token, Version(since).into())
            .await
            .expect("there");
        assert_eq!(versions(&changes), expected, "since {since}");
        assert_eq!((changes.head, changes.reset), (Version(5), false));
    }
    let changes = tandem
        .changes(&token, Version(4).into())
        .await
        .expect("there")
        .changes;
    assert_eq!(changes[0].name(), "destroyed");
}

#[tokio::test]
async fn a_cursor_from_beyond_the_head_gets_everything_anew() {
    let file = File::new();
    let tandem = file.open().await;
    let Links { token, .. } = new_list(&tandem).await;
    let (mut replica, milk) = (Replica::new(), Uuid::now_v7());
    let ops = [create_with(milk, "milk"), create("bread")];
    replica.push(&tandem, &token, ops).await.expect("taken");
    let ops = [Op::Destroy { id: milk }];
    replica.push(&tandem, &token, ops).await.expect("taken");
    for since in [5, i64::MAX as u64, u64::MAX] {
        let changes = tandem
            .changes(&token, Version(since).into())
            .await
            .expect("there");
        assert!(changes.reset);
        assert_eq!(texts(&changes), ["bread"]);
        assert_eq!(changes, all(&tandem, &token).await);
        let mut push = replica.next([create("milk")]);
        push.mutations.clear();
        push.since = Version(since);
        let answer = tandem.push(&token, None, push).await.expect("taken");
        assert_eq!(answer.catch_up, changes);
    }
}

#[tokio::test]
async fn the_heads_of_many_lists_are_read_at_once() {
    let file = File::new();
    let tandem = file.open().await;
    let mut lists = Vec::new();
    for n in 0..5_u64 {
        let Links { token, .. } = new_list(&tandem).await;
        let ops: Vec<_> = (0..n).map(|_| create("milk")).collect();
        let pushed = Replica::new().push(&tandem, &token, ops).await;
        pushed.expect("taken");
        let list = tandem.open_list(&token).await.expect("there").list.id;
        lists.push((list, Version(n + 1)));
    }
    let mut ids: Vec<Uuid> = lists.iter().map(|(list, _)| *list).collect();
    ids.push(Uuid::now_v7());
    let mut heads = tandem.store().heads(&ids).await.expect("readable");
    heads.sort_unstable();
    lists.sort_unstable();
    assert_eq!(heads, lists);
}

/// Whatever is done, the writer answers from memory what a reader finds in the database, from any
/// cursor; with a cache that keeps everything, and with one that keeps nothing.
#[tokio::test]
async fn memory_and_database_agree() {
    for cache_bytes in [StoreOptions::default().cache_bytes, 0] {
        for seed in 0..4 {
            let mut rng = StdRng::seed_from_u64(seed);
            let file = File::new();
            let options = StoreOptions {
                cache_bytes,
                ..StoreOptions::default()
            };
            let tandem = file.open_with(options).await;
            let Links { token, .. } = new_list(&tandem).await;
            let list = tandem.open_list(&token).await.expect("there").list.id;
            let mut replicas = [Replica::new(), Replica::new()];
            let mut ids = vec![list];
            for round in 0..30 {
                let ops: Vec<_> = (0..rng.random_range(1..6))
                    .map(|_| any_op(&mut rng, list, &mut ids))
                    .collect();
                let mut push = replicas[round % 2].next(ops);
                push.since = Version(rng.random_range(0..30));
                let since = push.since;
                let answer = tandem.push(&token, None, push).await.expect("taken");
                let stored = tandem.changes(&token, since.into()).await.expect("there");
                assert_eq!(
                    answer.catch_up, stored,
                    "seed {seed}, round {round}, since {since}, cache {cache_bytes}"
                );
            }
        }
    }
}

/// Returns any operation except deleting the list.
fn any_op(rng: &mut StdRng, list: Uuid, ids: &mut Vec<Uuid>) -> Op<Record> {
    let id = *ids.choose(rng).expect("the list's at least");
    let text = rng.random_range(0..9).to_string();
    match rng.random_range(0..7) {
        0 | 1 => {
            let id = Uuid::now_v7();
            ids.push(id);
            Op::Create {
                id,
                draft: RecordPatch::Item(ItemPatch {
                    shortdesc: Some(text),
                    issection: Some(rng.random_range(0..4) == 0),
                    ..any_patch(rng)
                }),
                place: Place::After(*ids.choose(rng).expect("the list's at least")),
            }
        }
        2 => Op::Update {
            id: list,
            patch: RecordPatch::List(ListPatch { title: Some(text) }),
        },
        3 if id != list => Op::Destroy { id },
        4 => Op::Restore { id },
        5 => Op::Move {
            id,
            place: Place::After(*ids.choose(rng).expect("the list's at least")),
        },
        _ => update(id, any_patch(rng)),
    }
}

/// Returns a patch of any one field.
fn any_patch(rng: &mut StdRng) -> ItemPatch {
    let number = rng.random_range(1..9);
    match rng.random_range(0..6) {
        0 => ItemPatch::shortdesc(format!("text {number}")),
        1 => ItemPatch::longdesc(format!("notes {number}")),
        2 => ItemPatch::longdesc(""),
        3 => ItemPatch::due(Some(format!("2026-11-0{number}"))),
        4 => ItemPatch::due(None),
        _ => ItemPatch::isdone(rng.random()),
    }
}

#[tokio::test]
async fn each_field_of_an_item_that_was_there_is_stored() {
    let file = File::new();
    let tandem = file.open().await;
    let Links { token, .. } = new_list(&tandem).await;
    let (mut replica, milk) = (Replica::new(), Uuid::now_v7());
    let ops = [create("bread"), create_with(milk, "milk")];
    replica.push(&tandem, &token, ops).await.expect("taken");
    let day = "2026-11-25".to_owned();
    let set = |patch| update(milk, patch);
    let steps = [
        (
            set(ItemPatch::shortdesc("oat milk")),
            "oat milk / - / - / open",
        ),
        (set(ItemPatch::longdesc("two")), "oat milk / two / - / open"),
        (
            set(ItemPatch::due(Some(day))),
            "oat milk / two / 2026-11-25 / open",
        ),
        (
            set(ItemPatch::isdone(true)),
            "oat milk / two / 2026-11-25 / done",
        ),
        (
            set(ItemPatch::longdesc("")),
            "oat milk / - / 2026-11-25 / done",
        ),
        (set(ItemPatch::due(None)), "oat milk / - / - / done"),
        (set(ItemPatch::isdone(false)), "oat milk / - / - / open"),
    ];
    for (op, expected) in steps {
        replica.push(&tandem, &token, [op]).await.expect("taken");
        let stored = all(&tandem, &token).await;
        let stored = items(&stored);
        let Item {
            shortdesc,
            longdesc,
            due,
            isdone,
            ..
        } = stored.iter().find(|item| item.id == milk).expect("there");
        let longdesc = longdesc.as_deref().unwrap_or("-");
        let due = due.as_ref().map_or("-".into(), ToString::to_string);
        let isdone = if *isdone { "done" } else { "open" };
        assert_eq!(
            format!("{} / {longdesc} / {due} / {isdone}", &**shortdesc),
            expected
        );
    }
    let place = Place::Start;
    let ops = [Op::Move { id: milk, place }];
    replica.push(&tandem, &token, ops).await.expect("taken");
    assert_eq!(in_order(&all(&tandem, &token).await), ["oat milk", "bread"]);
    let ops = [Op::Destroy { id: milk }];
    replica.push(&tandem, &token, ops).await.expect("taken");
    assert_eq!(in_order(&all(&tandem, &token).await), ["bread"]);
    let ops = [Op::Restore { id: milk }];
    replica.push(&tandem, &token, ops).await.expect("taken");
    assert_eq!(in_order(&all(&tandem, &token).await), ["oat milk", "bread"]);
}

#[tokio::test]
async fn a_long_absent_replica_catches_up_by_the_answer_to_a_push() {
    let file = File::new();
    let tandem = file.open().await;
    let Links { token, .. } = new_list(&tandem).await;
    let ops = (0..900).map(|n| create(&n.to_string()));
    let pushed = Replica::new().push(&tandem, &token, ops).await;
    pushed.expect("taken");
    for since in [0, 100, 880, 10_000] {
        let mut push = Replica::new().next([create("milk")]);
        push.since = Version(since);
        let answer = tandem.push(&token, None, push).await.expect("taken");
        let stored = tandem
            .changes(&token, Version(since).into())
            .await
            .expect("there");
        assert_eq!(answer.catch_up, stored);
    }
}
