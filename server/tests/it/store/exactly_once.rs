//! Nothing lost, nothing doubled.

use sync::{Refusal, Rejection};

use super::*;
use crate::dispute::Dispute;

#[tokio::test]
async fn a_repeated_push_is_not_taken_twice() {
    let file = File::new();
    let tandem = file.open().await;
    let Links { token, .. } = new_list(&tandem).await;
    let disputed = Disputed::begin(&tandem, &token).await;
    disputed.repeat(&tandem, &token).await;
}

/// A push that was taken, and whose changes others have changed since.
struct Disputed {
    mine: Push<Record>,
    answer: PushAnswer<Record>,
    /// The list as the others have left it.
    settled: CatchUp<Record>,
}

impl Disputed {
    async fn begin(tandem: &Tandem, token: &Token) -> Self {
        Self::between(tandem, tandem, token).await
    }

    /// The others write through another store.
    async fn between(tandem: &Tandem, others: &Tandem, token: &Token) -> Self {
        let rows = Dispute::new();
        let mut other = Replica::new();
        let begun = other.push(others, token, rows.beginning()).await;
        let mut me = Replica::new();
        // The state of a known client must be updated, too.
        me.push(tandem, token, [create("known")])
            .await
            .expect("taken");
        let mine = me.next(rows.mine());
        let answer = tandem.push(token, None, mine.clone()).await.expect("taken");
        other
            .push(others, token, rows.theirs())
            .await
            .expect("taken");
        let settled = all(others, token).await;
        let [_, of_mine, of_theirs] = Dispute::VERSIONS;
        let begun = begun.expect("taken").catch_up.head;
        assert_eq!(settled.head.0, begun.0 + 1 + of_mine + of_theirs);
        assert_eq!(
            answer.rejected,
            [Rejection {
                seq: Seq(1 + Dispute::REFUSED),
                reason: Refusal::NotFound,
            }]
        );
        Self {
            mine,
            answer,
            settled,
        }
    }

    /// Repeats the push: the answer is the same, and nothing changes.
    async fn repeat(&self, tandem: &Tandem, token: &Token) {
        let again = tandem.push(token, None, self.mine.clone()).await;
        let again = again.expect("taken");
        assert_eq!(
            (again.acked, &again.rejected),
            (Seq(7), &self.answer.rejected)
        );
        assert_eq!(
            again.catch_up.head, self.settled.head,
            "it takes no version"
        );
        assert_eq!(all(tandem, token).await, self.settled);
    }
}

#[tokio::test]
async fn a_push_repeated_after_a_restart_is_not_taken_twice() {
    let file = File::new();
    let tandem = file.open().await;
    let Links { token, .. } = new_list(&tandem).await;
    let disputed = Disputed::begin(&tandem, &token).await;
    tandem.store().close().await;

    let tandem = file.open().await;
    disputed.repeat(&tandem, &token).await;
}

#[tokio::test]
async fn a_pull_tells_what_was_acknowledged() {
    let file = File::new();
    let tandem = file.open().await;
    let Links { token, .. } = new_list(&tandem).await;
    let mut replica = Replica::new();
    let ops = [create("milk"), create(" ")];
    let pushed = replica.push(&tandem, &token, ops).await;
    assert_eq!(replica.push(&tandem, &token, []).await, pushed);
    let stranger = Replica::new().push(&tandem, &token, []).await;
    assert_eq!(stranger.expect("a pull").acked, Seq(0));
}

#[tokio::test]
async fn a_repeated_call_without_a_replica_is_applied_again() {
    let file = File::new();
    let tandem = file.open().await;
    let Links { token, .. } = new_list(&tandem).await;
    for _ in 0..2 {
        let grant = tandem.authorize(&token).await.expect("it may write");
        let changes = tandem.apply(grant, None, vec![create("milk")]).await;
        assert_eq!(changes.expect("taken").len(), 1);
    }
    assert_eq!(texts(&all(&tandem, &token).await), ["milk", "milk"]);
}

#[tokio::test]
async fn a_write_that_changes_nothing_takes_no_version() {
    let file = File::new();
    let tandem = file.open().await;
    let Links { token, .. } = new_list(&tandem).await;
    let (mut replica, id) = (Replica::new(), Uuid::now_v7());
    let ops = [create_with(id, "milk")];
    let first = replica.push(&tandem, &token, ops).await.expect("taken");
    let ops = [
        create_with(id, "again"),
        update(id, ItemPatch::isdone(false)),
    ];
    let second = replica.push(&tandem, &token, ops).await.expect("taken");
    assert_eq!(second.acked, Seq(3));
    assert_eq!(second.catch_up, first.catch_up);
}

#[tokio::test(flavor = "multi_thread")]
async fn versions_have_no_gap_under_50_concurrent_writers() {
    let file = File::new();
    let tandem = file.open().await;
    let Links { token, .. } = new_list(&tandem).await;
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..50 {
        let (tandem, token) = (tandem.clone(), token.clone());
        writers.spawn(async move {
            let mut replica = Replica::new();
            for n in 0..4 {
                let ops = [create(&format!("{writer}-{n}"))];
                let answer = replica.push(&tandem, &token, ops).await;
                assert_eq!(answer.expect("taken").acked, Seq(n + 1));
            }
        });
    }
    writers.join_all().await;
    let all = all(&tandem, &token).await;
    assert_eq!(all.head, Version(201));
    assert_eq!(versions(&all), (1..=201).collect::<Vec<_>>());
}

/// Two processes on one file: each has the list cached, and must not trust its cache blindly.
#[tokio::test]
async fn two_stores_on_one_file_take_turns_and_double_nothing() {
    let file = File::new();
    let (one, two) = (file.open().await, file.open().await);
    let Links { token, .. } = new_list(&one).await;
    for round in 0..6 {
        // Both have cached the list, and each has written what the other has not seen.
        let (tandem, others) = match round % 2 {
            0 => (&one, &two),
            _ => (&two, &one),
        };
        let disputed = Disputed::between(tandem, others, &token).await;
        for again in [others, tandem, others] {
            disputed.repeat(again, &token).await;
        }
    }
}

/// A push that only unticks what is not ticked changes no row, but is recorded, also for the store
/// that wrote in between.
#[tokio::test]
async fn a_push_without_effect_is_remembered_by_another_store() {
    let file = File::new();
    let (one, two) = (file.open().await, file.open().await);
    let Links { token, .. } = new_list(&one).await;
    let (mut ann, mut bob, id) = (Replica::new(), Replica::new(), Uuid::now_v7());
    let answer = ann.push(&one, &token, [create_with(id, "milk")]).await;
    answer.expect("taken");
    let untick = ann.next([update(id, ItemPatch::isdone(false))]);
    let answer = two.push(&token, None, untick.clone()).await;
    assert_eq!(answer.expect("taken").acked, Seq(2));
    let ops = [update(id, ItemPatch::isdone(true))];
    bob.push(&one, &token, ops).await.expect("taken");
    let again = one.push(&token, None, untick).await.expect("taken");
    assert!(items(&again.catch_up)[0].isdone);
}
