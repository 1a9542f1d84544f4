//! The numbers of a client's mutations, and their storage.

use sync::{Model as _, Refusal, Rejection};

use super::*;

fn refused(answer: &PushAnswer<Record>) -> Vec<(u64, Refusal)> {
    let rejected = answer.rejected.iter();
    rejected
        .map(|Rejection { seq, reason }| (seq.0, reason.clone()))
        .collect()
}

/// A push that names the beginning of its outbox.
fn from_outbox(push: Push<Record>, begins: u64) -> Push<Record> {
    Push {
        begins: Some(Seq(begins)),
        ..push
    }
}

#[tokio::test]
async fn an_unexplained_gap_acknowledges_nothing() {
    let file = File::new();
    let tandem = file.open().await;
    let Links { token, .. } = new_list(&tandem).await;
    let mut replica = Replica {
        client: ClientId(Uuid::now_v7()),
        seq: 999_999_999,
    };
    let far = replica.next([create("far")]);
    // As a tab from before `begins` existed would send it: it must not retry at once.
    let answer = tandem.push(&token, None, far.clone()).await;
    assert_eq!(answer.expect_err("nothing is taken"), Error::Unavailable);
    let answer = tandem.push(&token, None, from_outbox(far.clone(), 1)).await;
    assert_eq!(answer.expect("an answer").acked, Seq(0));
    assert!(texts(&all(&tandem, &token).await).is_empty());

    let answer = tandem
        .push(&token, None, from_outbox(far, 1_000_000_000))
        .await;
    assert_eq!(answer.expect("taken").acked, Seq(1_000_000_000));
    replica.seq = 0;
    let late = replica.next([create("late")]);
    let answer = tandem.push(&token, None, late.clone()).await;
    // No more than that, since the client may still hold what is missing.
    assert_eq!(answer.expect("taken").acked, Seq(1));
    assert_eq!(texts(&all(&tandem, &token).await), ["far", "late"]);
    let head = all(&tandem, &token).await.head;
    tandem.push(&token, None, late).await.expect("known");
    assert_eq!(all(&tandem, &token).await.head, head);
}

#[tokio::test]
async fn another_mutation_under_a_taken_number_is_refused_after_a_restart_too() {
    let file = File::new();
    let tandem = file.open().await;
    let Links { token, .. } = new_list(&tandem).await;
    let mut replica = Replica::new();
    let taken = replica.next([create("taken"), create("taken, too")]);
    tandem
        .push(&token, None, taken.clone())
        .await
        .expect("taken");
    replica.seq = 0;
    let other = replica.next([create("other")]);
    tandem.store().close().await;

    let tandem = file.open().await;
    let answer = tandem.push(&token, None, other).await.expect("an answer");
    assert_eq!(refused(&answer), [(1, Refusal::NumberTaken)]);
    let answer = tandem.push(&token, None, taken).await.expect("an answer");
    assert_eq!(refused(&answer), []);
    assert_eq!(texts(&all(&tandem, &token).await), ["taken", "taken, too"]);
}

#[tokio::test]
async fn stored_refusals_of_another_version_are_passed_on_unchanged() {
    let file = File::new();
    let tandem = file.open().await;
    let Links { token, .. } = new_list(&tandem).await;
    let mut replica = Replica::new();
    let push = replica.next([Op::Destroy { id: Uuid::now_v7() }]);
    tandem
        .push(&token, None, push.clone())
        .await
        .expect("taken");
    tandem.store().close().await;

    let stored = r#"[{"seq":1,"reason":{"code":"too_odd","by":[1]}},{"of":"another form"}]"#;
    let mut connection = file.connect().await;
    let done = sqlx::query("update clients set rejected = $1, numbers = 'unreadable'").bind(stored);
    done.execute(&mut connection).await.expect("it is written");
    let tandem = file.open().await;
    let answer = tandem.push(&token, None, push).await.expect("an answer");
    let reason = Refusal::Other(r#"{"by":[1],"code":"too_odd"}"#.to_owned());
    let [(1, told)] = &refused(&answer)[..] else {
        panic!("one refusal: {answer:?}");
    };
    let value = |refusal: &Refusal| serde_json::to_value(refusal).expect("JSON");
    assert_eq!(value(told), value(&reason));
}

#[tokio::test]
async fn positions_stay_short_in_the_store_however_often_rows_are_moved() {
    let file = File::new();
    let tandem = file.open().await;
    let Links { token, .. } = new_list(&tandem).await;
    let mut replica = Replica::new();
    let ids: Vec<Uuid> = (0..20).map(|_| Uuid::now_v7()).collect();
    let made = ids.iter().map(|id| create_with(*id, "item"));
    replica.push(&tandem, &token, made).await.expect("taken");
    let mut order = ids.clone();
    let mut ops = Vec::new();
    for _ in 0..900 {
        let last = order.pop().expect("a row");
        order.insert(10, last);
        let place = Place::After(order[9]);
        ops.push(Op::Move { id: last, place });
    }
    let answer = replica.push(&tandem, &token, ops).await.expect("taken");
    let longest = answer.catch_up.changes.iter();
    let longest = longest.filter_map(|change| Some(change.row.position()?.as_str().len()));
    assert!(longest.max() <= Some(32));
    tandem.store().close().await;

    let tandem = file.open().await;
    let snapshot = all(&tandem, &token).await;
    let mut rows = items(&snapshot);
    rows.sort_by_key(|item| &item.position);
    assert!(rows.iter().map(|item| item.id).eq(order));
    // Its head shows how many versions it took, each published as a change.
    let versions: Vec<_> = snapshot.changes.iter().map(sync::Change::version).collect();
    assert!(versions.is_sorted_by(|a, b| a < b), "{versions:?}");
    let again = replica
        .push(&tandem, &token, [Op::Destroy { id: ids[0] }])
        .await;
    assert_eq!(again.expect("taken").catch_up.head, snapshot.head.next());
}
