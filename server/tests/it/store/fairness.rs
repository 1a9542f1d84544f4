//! One list's load does not delay others.

use std::time::Duration;

use futures_util::{StreamExt as _, future::join_all, stream::FuturesUnordered};
use sqlx::Connection as _;

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn others_are_written_to_while_a_large_list_is_loaded() {
    let file = File::new();
    let tandem = file.open().await;
    let large = new_list(&tandem).await.token;
    file.bury(60_000).await;
    let small = new_list(&tandem).await.token;

    let (one, two) = (tandem.clone(), tandem.clone());
    let pushed =
        tokio::spawn(async move { Replica::new().push(&one, &large, [create("milk")]).await });
    let mut replica = Replica::new();
    for _ in 0..5 {
        let answer = replica.push(&two, &small, [create("milk")]).await;
        answer.expect("taken");
    }
    assert!(
        !pushed.is_finished(),
        "the large one takes longer than five small ones"
    );
    let answer = pushed.await.expect("no panic").expect("taken");
    assert_eq!(answer.catch_up.head, Version(60_002));
}

/// Whenever one has loaded the list, the other has changed it.
#[tokio::test(flavor = "multi_thread")]
async fn two_stores_write_to_a_large_list_at_once() {
    let file = File::new();
    let (one, two) = (file.open().await, file.open().await);
    let Links { token, .. } = new_list(&one).await;
    let ops = (0..600).map(|n| create(&n.to_string()));
    let mut replica = Replica::new();
    replica.push(&one, &token, ops).await.expect("taken");
    let writers = [&one, &two, &one, &two].map(|tandem| {
        let token = token.clone();
        async move {
            let mut replica = Replica::new();
            for n in 0..10 {
                let answer = replica.push(tandem, &token, [create("milk")]).await;
                assert_eq!(answer.expect("taken").acked, Seq(n + 1));
            }
        }
    });
    join_all(writers).await;
    assert_eq!(all(&one, &token).await.head, Version(1 + 600 + 40));
}

#[tokio::test(flavor = "multi_thread")]
async fn heavy_pushes_to_one_list_share_batches_with_others_and_keep_their_order() {
    const PUSHES: usize = 12;
    let file = File::new();
    let tandem = file.open().await;
    let (heavy, light) = (new_list(&tandem).await.token, new_list(&tandem).await.token);
    let notes = |n: usize| format!("{n}{}", "\u{20ac}".repeat(19_000));
    let id = Uuid::now_v7();
    let mut replica = Replica::new();
    let ops = [create_with(id, "heavy")];
    replica.push(&tandem, &heavy, ops).await.expect("taken");
    let before = tandem.store().commits();
    let pushes: Vec<_> = (0..PUSHES)
        .map(|n| replica.next((0..10).map(|m| update(id, ItemPatch::longdesc(notes(10 * n + m))))))
        .collect();
    let pushed = join_all(
        pushes
            .into_iter()
            .map(|push| tandem.push(&heavy, None, push)),
    );
    let mut other = Replica::new();
    let (answers, answer) = tokio::join!(pushed, other.push(&tandem, &light, [create("milk")]));
    answer.expect("taken");
    for (n, answer) in (1..).zip(answers) {
        assert_eq!(answer.expect("taken").acked, Seq(1 + 10 * n));
    }
    let all = all(&tandem, &heavy).await;
    assert_eq!(
        items(&all)[0].longdesc.as_deref(),
        Some(&*notes(10 * PUSHES - 1))
    );
    assert_eq!(all.head, Version(2 + 10 * PUSHES as u64));
    // Each push weighs 570 KB, and a list has one MiB of a batch.
    let commits = tandem.store().commits() - before;
    assert!(commits >= PUSHES as u64 / 2, "{commits} commits");
}

#[tokio::test]
async fn a_small_write_overtakes_the_heavy_ones_that_wait() {
    const HEAVY: usize = 6;
    let file = File::new();
    let tandem = file.open().await;
    let mut lists = Vec::new();
    for _ in 0..HEAVY + 2 {
        let token = new_list(&tandem).await.token;
        all(&tandem, &token).await;
        lists.push(token);
    }
    let mut connection = file.connect().await;
    let lock = connection.begin_with("begin immediate").await;
    let lock = lock.expect("the file can be locked");

    // While the first one waits for the file, the others arrive.
    let sizes = [1].into_iter().chain([40; HEAVY]).chain([1]);
    let push = |(number, (token, size)): (usize, (Token, usize))| {
        let tandem = &tandem;
        async move {
            let ops = (0..size).map(|n| create(&n.to_string()));
            let pushed = tandem.push(&token, None, Replica::new().next(ops)).await;
            assert_eq!(pushed.expect("taken").acked, Seq(size as u64));
            number
        }
    };
    let pushes = lists.into_iter().zip(sizes).enumerate().map(push);
    let pushes: FuturesUnordered<_> = pushes.collect();
    let (order, unlocked) = tokio::join!(pushes.collect::<Vec<_>>(), lock.rollback());
    unlocked.expect("unlocked");
    let turn = order.iter().position(|number| *number == HEAVY + 1);
    assert!(turn <= Some(2), "{order:?}");
    assert_eq!(order.len(), HEAVY + 2);
}

#[tokio::test]
async fn a_large_push_is_taken_in_parts_and_answered_whole() {
    let file = File::new();
    let tandem = file.open().await;
    let Links { token, .. } = new_list(&tandem).await;
    let text = |n: usize| match n % 200 {
        // Blank, so it is refused.
        100 => " ".to_owned(),
        _ => n.to_string(),
    };
    let push = Replica::new().next((0..600).map(|n| create(&text(n))));
    let before = tandem.store().commits();
    let answer = tandem.push(&token, None, push.clone()).await;
    let answer = answer.expect("taken");
    let commits = tandem.store().commits() - before;
    assert!((9..20).contains(&commits), "{commits} commits");
    let refused = |answer: &PushAnswer<Record>| {
        let refused = answer.rejected.iter().map(|rejection| rejection.seq.0);
        refused.collect::<Vec<_>>()
    };
    assert_eq!(
        (answer.acked, refused(&answer)),
        (Seq(600), vec![101, 301, 501])
    );
    assert_eq!(items(&answer.catch_up).len(), 597);
    assert_eq!(versions(&answer.catch_up), (1..=598).collect::<Vec<_>>());

    let again = tandem.push(&token, None, push).await.expect("taken");
    assert_eq!(
        (again.acked, refused(&again)),
        (Seq(600), vec![101, 301, 501])
    );
    assert_eq!(again.catch_up.head, Version(598));
}

#[tokio::test]
async fn what_waits_for_one_list_leaves_memory_for_others() {
    const PUSHES: usize = 40;
    let file = File::new();
    let options = StoreOptions {
        queue_bytes: 4 << 20,
        // Who finds no room is turned away at once.
        queue_wait: Duration::ZERO,
        ..StoreOptions::default()
    };
    let tandem = file.open_with(options).await;
    let (heavy, light) = (new_list(&tandem).await.token, new_list(&tandem).await.token);
    let id = Uuid::now_v7();
    let ops = [create_with(id, "heavy")];
    Replica::new()
        .push(&tandem, &heavy, ops)
        .await
        .expect("taken");
    all(&tandem, &light).await;
    let mut connection = file.connect().await;
    let lock = connection.begin_with("begin immediate").await;
    let lock = lock.expect("the file can be locked");

    // Each weighs 240 KB.
    let notes = ItemPatch::longdesc("\u{20ac}".repeat(20_000));
    let push = |_| {
        let ops = (0..4).map(|_| update(id, notes.clone()));
        tandem.push(&heavy, None, Replica::new().next(ops))
    };
    let mut pushes: FuturesUnordered<_> = (0..PUSHES).map(push).collect();
    // A quarter of the memory is one list's.
    let refused = pushes.by_ref().take(PUSHES - 4);
    let refused: Vec<_> = refused.map(Result::err).collect().await;
    assert_eq!(refused, vec![Some(Error::Unavailable); PUSHES - 4]);
    let mut other = Replica::new();
    let (answer, unlocked) = tokio::join!(
        other.push(&tandem, &light, [create("milk")]),
        lock.rollback()
    );
    unlocked.expect("unlocked");
    answer.expect("there is room");
    let answers: Vec<_> = pushes.collect().await;
    assert!(answers.iter().all(Result::is_ok));
}
