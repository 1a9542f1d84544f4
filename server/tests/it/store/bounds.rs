//! The bounds of a list.

use std::time::Duration;

use sync::{Model as _, Refusal, Unit};
use tokio::{task::JoinSet, time::timeout};

use super::*;

/// Returns an item with the largest possible notes: each control character takes seven bytes in a
/// frame.
fn heavy(text: &str) -> ItemPatch {
    ItemPatch {
        longdesc: Some(Some(format!("{}.", "\u{1}".repeat(19_999)))),
        ..ItemPatch::shortdesc(text)
    }
}

fn create_heavy(id: Uuid) -> Op<Record> {
    Op::Create {
        id,
        draft: RecordPatch::Item(heavy("heavy")),
        place: Place::End,
    }
}

#[tokio::test]
async fn a_list_without_space_takes_no_longer_texts_but_shorter_ones_and_none() {
    let file = File::new();
    let tandem = file.open().await;
    let Links { token, .. } = new_list(&tandem).await;
    let mut replica = Replica::new();
    let ids: Vec<Uuid> = (0..64).map(|_| Uuid::now_v7()).collect();
    let mut refused = Vec::new();
    for ids in ids.chunks(8) {
        let ops = ids.iter().copied().map(create_heavy);
        let answer = replica.push(&tandem, &token, ops).await.expect("taken");
        refused.extend(answer.rejected);
    }
    let full = Refusal::NoRoom {
        limit: 8 * 1024 * 1024,
        unit: Unit::Bytes,
    };
    // Each has 140 KB.
    assert_eq!(refused.len(), 64 - 59);
    assert!(refused.iter().all(|rejection| rejection.reason == full));
    let json = serde_json::to_string(&all(&tandem, &token).await).expect("JSON");
    let frame = serde_json::to_string(&json).expect("JSON");
    assert!(frame.len() <= 8 * 1024 * 1024, "{} bytes", frame.len());

    let ops = [
        update(ids[0], ItemPatch::isdone(true)),
        update(ids[1], ItemPatch::longdesc("")),
        Op::Destroy { id: ids[2] },
        Op::Move {
            id: ids[0],
            place: Place::End,
        },
        create("there is room again"),
    ];
    let answer = replica.push(&tandem, &token, ops).await.expect("taken");
    assert_eq!(answer.rejected, []);
}

#[tokio::test]
async fn far_too_many_tombstones_go_with_the_next_writes_and_old_cursors_get_a_reset() {
    const TOMBSTONES: i64 = 15_000;
    let file = File::new();
    let tandem = file.open().await;
    let Links { token, .. } = new_list(&tandem).await;
    let list = tandem.open_list(&token).await.expect("there").list.id;
    file.bury(TOMBSTONES).await;
    let mut replica = Replica::new();
    let mut rounds = 0;
    let tombstones = "select count(*) from items where destroyed_at is not null";
    while file.number(tombstones).await > 2 * Item::LIMIT as i64 {
        let answer = replica.push(&tandem, &token, [create("milk")]).await;
        answer.expect("taken");
        rounds += 1;
        assert!(rounds < 10, "each write removes some");
    }
    assert!(rounds > 1, "but not all, for others wait");

    let pruned = 1 + TOMBSTONES as u64 - 2 * Item::LIMIT as u64;
    for tandem in [tandem, file.open().await] {
        let old = tandem
            .store()
            .catch_up(list, Some(Version(pruned - 1).into()))
            .await;
        assert!(old.expect("there").reset);
        let new = tandem
            .store()
            .catch_up(list, Some(Version(pruned).into()))
            .await;
        assert!(!new.expect("there").reset);
    }
}

#[tokio::test]
async fn a_push_whose_numbers_do_not_ascend_from_one_is_refused() {
    let file = File::new();
    let tandem = file.open().await;
    let Links { token, .. } = new_list(&tandem).await;
    for seqs in [vec![0, 1], vec![2, 1], vec![1, 1], vec![1, 2, 2], vec![0]] {
        let mut push = Replica::new().next(seqs.iter().map(|_| create("milk")));
        for (mutation, seq) in push.mutations.iter_mut().zip(&seqs) {
            mutation.seq = Seq(*seq);
        }
        let answer = tandem.push(&token, None, push).await;
        assert!(matches!(answer, Err(Error::BadRequest(_))), "{seqs:?}");
    }
    assert_eq!(all(&tandem, &token).await.head, Version(1));
    assert_eq!(file.number("select count(*) from clients").await, 0);
}

#[tokio::test]
async fn a_push_with_heavy_effects_is_taken_in_parts() {
    let file = File::new();
    let tandem = file.open().await;
    let Links { token, .. } = new_list(&tandem).await;
    let (mut ann, mut bob) = (Replica::new(), Replica::new());
    let ids = [Uuid::now_v7(), Uuid::now_v7()];
    let pushed = ann.push(&tandem, &token, ids.map(create_heavy)).await;
    pushed.expect("taken");
    // A few hundred bytes each, but each changes a row of 140 KB.
    let mut push = bob.next((0..40).map(|n| Op::Move {
        id: ids[n % 2],
        place: Place::End,
    }));
    let mut rounds = 0;
    while !push.mutations.is_empty() {
        let answer = tandem.push(&token, None, push.clone()).await;
        let answer = answer.expect("taken");
        assert_eq!(answer.rejected, []);
        push.mutations
            .retain(|mutation| mutation.seq > answer.acked);
        rounds += 1;
        assert!(rounds < 40, "each time, something is taken");
    }
    assert_eq!(rounds, 5, "a megabyte at once");
    assert_eq!(all(&tandem, &token).await.head, Version(3 + 40));
}

#[tokio::test]
async fn a_client_that_pushes_is_seen_even_if_it_changes_nothing() {
    let file = File::new();
    let tandem = file.open().await;
    let Links { token, .. } = new_list(&tandem).await;
    let push = Replica::new().next([create("milk")]);
    tandem
        .push(&token, None, push.clone())
        .await
        .expect("taken");
    let mut connection = file.connect().await;
    for statement in [
        "update clients set seen_at = 0",
        "update lists set revision = revision + 1",
    ] {
        alter(&mut connection, statement).await;
    }
    tandem
        .push(&token, None, push.clone())
        .await
        .expect("taken");
    let seen = file.number("select seen_at from clients").await;
    assert!(seen > 0);
    tandem.push(&token, None, push).await.expect("taken");
    assert_eq!(file.number("select seen_at from clients").await, seen);
}

#[tokio::test]
async fn dropped_refusals_are_deleted_from_the_database() {
    let file = File::new();
    let tandem = file.open().await;
    let Links { token, .. } = new_list(&tandem).await;
    for _ in 0..14 {
        let ops = (0..900).map(|_| Op::Destroy { id: Uuid::now_v7() });
        let pushed = Replica::new().push(&tandem, &token, ops).await;
        assert_eq!(pushed.expect("taken").rejected.len(), 900);
    }
    let refusals = "select sum(json_array_length(rejected)) from clients";
    assert_eq!(file.number(refusals).await, 11 * 900);
    assert_eq!(file.number("select count(*) from clients").await, 14);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_to_be_written_has_a_bound_in_memory() {
    let file = File::new();
    // Room for two of the three.
    let options = StoreOptions {
        queue_bytes: 300 * 1024,
        queue_wait: Duration::from_millis(200),
        ..StoreOptions::default()
    };
    let tandem = file.open_with(options).await;
    // One list may have a part of it only.
    let lists = [
        new_list(&tandem).await.token,
        new_list(&tandem).await.token,
        new_list(&tandem).await.token,
    ];
    let mut connection = file.connect().await;
    // Nobody can write until this transaction ends.
    alter(&mut connection, "begin immediate").await;
    let mut pushes = JoinSet::new();
    for token in lists.clone() {
        let tandem = tandem.clone();
        pushes.spawn(async move {
            let create = create_heavy(Uuid::now_v7());
            Replica::new()
                .push(&tandem, &token, [create])
                .await
                .map(drop)
        });
    }
    // The database itself refuses those that wait, too, but after five seconds.
    let first = timeout(Duration::from_secs(3), pushes.join_next()).await;
    let first = first
        .expect("a refusal before the database's")
        .expect("three of them");
    assert_eq!(first.expect("no panic"), Err(Error::Unavailable));
    alter(&mut connection, "commit").await;
    while let Some(pushed) = pushes.join_next().await {
        assert_eq!(pushed.expect("no panic"), Ok(()));
    }
    let mut stored = 0;
    for token in &lists {
        stored += items(&all(&tandem, token).await).len();
    }
    assert_eq!(stored, 2);
}
