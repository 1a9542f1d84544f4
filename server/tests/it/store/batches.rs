//! Group commit: many requests in few transactions, each with its own answer.

use std::time::Duration;

use futures_util::{StreamExt as _, future::join_all, stream::FuturesUnordered};

use super::*;

/// Sends pushes concurrently, one per list.
async fn push_together(
    tandem: &Tandem,
    pushes: Vec<(Token, Push<Record>)>,
) -> Vec<Result<PushAnswer<Record>, Error>> {
    let pushes = pushes
        .into_iter()
        .map(|(token, push)| async move { tandem.push(&token, None, push).await });
    join_all(pushes).await
}

#[tokio::test]
async fn pushes_that_wait_are_committed_together() {
    let file = File::new();
    let tandem = file.open().await;
    let Links { token, .. } = new_list(&tandem).await;
    all(&tandem, &token).await;
    let before = tandem.store().commits();
    let push = |_| (token.clone(), Replica::new().next([create("milk")]));
    let answers = push_together(&tandem, (0..200).map(push).collect()).await;
    assert!(answers.iter().all(Result::is_ok));
    let commits = tandem.store().commits() - before;
    assert!(commits < 50, "{commits} commits for 200 pushes");
    assert_eq!(all(&tandem, &token).await.head, Version(201));
}

#[tokio::test]
async fn a_batch_of_one_is_one_commit_per_push() {
    let file = File::new();
    let options = StoreOptions {
        max_batch: 1,
        ..StoreOptions::default()
    };
    let tandem = file.open_with(options).await;
    let Links { token, .. } = new_list(&tandem).await;
    let before = tandem.store().commits();
    let push = |_| (token.clone(), Replica::new().next([create("milk")]));
    push_together(&tandem, (0..20).map(push).collect()).await;
    assert_eq!(tandem.store().commits() - before, 20);
}

#[tokio::test]
async fn a_list_that_cannot_be_read_harms_no_other() {
    let file = File::new();
    let tandem = file.open().await;
    let (good, bad) = (new_list(&tandem).await, new_list(&tandem).await);
    let mut replica = Replica::new();
    let pushed = replica.push(&tandem, &bad.token, [create("milk")]).await;
    pushed.expect("taken");
    tandem.store().close().await;
    file.alter("update items set id = 'no id'").await;

    let tandem = file.open().await;
    let pushes = [&bad, &good, &good, &bad, &good]
        .map(|links| (links.token.clone(), Replica::new().next([create("bread")])));
    let answers = push_together(&tandem, pushes.into()).await;
    let failures: Vec<_> = answers.into_iter().map(Result::err).collect();
    let bad = Some(Error::Internal);
    assert_eq!(failures, [bad.clone(), None, None, bad, None]);
    assert_eq!(texts(&all(&tandem, &good.token).await), ["bread"; 3]);
}

/// Makes the database refuse an item of this name.
const POISON: &str = "create trigger refuse before insert on items when new.shortdesc = 'poison'
    begin select raise(abort, 'refused'); end";

/// Returns what an answer acknowledged and refused, and its head.
type Heard = (u64, Vec<u64>, u64);

#[tokio::test]
async fn a_request_that_the_database_refuses_harms_no_other() {
    let file = File::new();
    let tandem = file.open().await;
    file.alter(POISON).await;

    let Links { token, .. } = new_list(&tandem).await;
    all(&tandem, &token).await;
    let before = tandem.store().commits();
    // Each has a different number of mutations, so that a swapped answer would show.
    let pushes: [&[&str]; 4] = [
        &["milk"],
        &["poison"],
        &["bread", "salt"],
        &["oil", " ", "tea"],
    ];
    let pushes = pushes.map(|texts| {
        let ops = texts.iter().map(|text| create(text));
        (token.clone(), Replica::new().next(ops))
    });
    let answers = push_together(&tandem, pushes.into()).await;
    let answers = answers.into_iter().map(|answer| {
        let answer = answer?;
        let refused = answer.rejected.iter().map(|rejection| rejection.seq.0);
        Ok((answer.acked.0, refused.collect(), answer.catch_up.head.0))
    });
    let answers: Vec<Result<Heard, Error>> = answers.collect();
    let expected = [
        Ok((1, vec![], 2)),
        Err(Error::Internal),
        Ok((2, vec![], 4)),
        Ok((3, vec![2], 6)),
    ];
    assert_eq!(answers, expected);
    let all = all(&tandem, &token).await;
    assert_eq!(texts(&all), ["milk", "bread", "salt", "oil", "tea"]);
    assert_eq!(versions(&all), [1, 2, 3, 4, 5, 6]);
    assert_eq!(tandem.store().commits() - before, 3);
}

#[tokio::test]
async fn requests_for_a_list_keep_their_order_when_another_ones_spoils_the_batch() {
    let file = File::new();
    let tandem = file.open().await;
    let (large, bad) = (new_list(&tandem).await.token, new_list(&tandem).await.token);
    let ops = (0..600).map(|n| create(&n.to_string()));
    Replica::new()
        .push(&tandem, &large, ops)
        .await
        .expect("taken");
    tandem.store().close().await;
    file.alter(POISON).await;

    let tandem = file.open().await;
    all(&tandem, &bad).await;
    all(&tandem, &large).await;
    // It is in memory when the batch begins, and no longer once that has failed.
    let mut replica = Replica::new();
    let push = replica.push(&tandem, &large, [create("first")]);
    push.await.expect("taken");
    let texts = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let mut pushes = vec![(bad.clone(), Replica::new().next([create("poison")]))];
    pushes.extend(texts.map(|text| (large.clone(), replica.next([create(text)]))));
    let answers = push_together(&tandem, pushes).await;
    assert!(answers[0].is_err());
    let acked: Vec<_> = answers[1..].iter().flatten().map(|it| it.acked.0).collect();
    assert_eq!(acked, [2, 3, 4, 5, 6, 7, 8, 9]);
    let all = all(&tandem, &large).await;
    assert_eq!(in_order(&all)[601..], texts);
}

/// While another process locks the file, what exceeds the queue is refused; the rest is committed
/// once the lock is gone.
#[tokio::test]
async fn a_full_queue_refuses_and_loses_nothing() {
    let file = File::new();
    let options = StoreOptions {
        queue: 2,
        queue_wait: Duration::from_millis(20),
        max_batch: 2,
        ..StoreOptions::default()
    };
    let tandem = file.open_with(options).await;
    let Links { token, .. } = new_list(&tandem).await;
    all(&tandem, &token).await;
    let mut connection = file.connect().await;
    let lock = connection.begin_with("begin immediate").await;
    let lock = lock.expect("the file can be locked");

    let push = |_| tandem.push(&token, None, Replica::new().next([create("milk")]));
    let mut pushes: FuturesUnordered<_> = (0..20).map(push).collect();
    let first = pushes.next().await.expect("twenty of them");
    assert_eq!(first.err(), Some(Error::Unavailable));
    lock.rollback().await.expect("unlocked");
    let answers: Vec<_> = pushes.collect().await;
    let taken = answers.iter().filter(|answer| answer.is_ok()).count();
    assert!((1..20).contains(&taken), "{taken} were taken");
    assert_eq!(items(&all(&tandem, &token).await).len(), taken);
}

#[tokio::test]
async fn a_closed_store_is_unavailable_and_finishes_what_it_took() {
    let file = File::new();
    let tandem = file.open().await;
    let Links { token, .. } = new_list(&tandem).await;
    all(&tandem, &token).await;
    let mut replica = Replica::new();
    let (pushed, ()) = tokio::join!(
        tandem.push(&token, None, replica.next([create("milk")])),
        async { tandem.store().close().await },
    );
    assert!(pushed.is_ok());
    let after = replica.push(&tandem, &token, [create("bread")]).await;
    assert_eq!(after.err(), Some(Error::Unavailable));
    let wal = file.path().with_extension("db-wal");
    assert!(!wal.exists(), "the last connection folds the log in");

    let tandem = file.open().await;
    assert_eq!(texts(&all(&tandem, &token).await), ["milk"]);
}
