//! Atomic writes: taken whole, or not at all.

use sync::{Model as _, Refusal};

use super::*;

fn many(count: usize) -> Vec<Mutation<Record>> {
    numbered((0..count).map(|number| create(&format!("item {number}"))))
}

#[tokio::test]
async fn of_two_that_do_not_fit_together_one_is_taken_and_the_other_refused() {
    let file = File::new();
    let tandem = file.open().await;
    let Links { token, .. } = new_list(&tandem).await;
    let clients = [(); 2].map(|()| ClientId(Uuid::now_v7()));
    let wholes = [many(3_000), many(3_000)];
    let (one, other) = tokio::join!(
        tandem.apply_all(&token, clients[0], wholes[0].clone()),
        tandem.apply_all(&token, clients[1], wholes[1].clone()),
    );
    let full = Error::Refused(Refusal::Full { limit: Item::LIMIT });
    let taken = one.is_ok();
    let (taken, refused) = if taken { (one, other) } else { (other, one) };
    assert_eq!(taken.map(|it| it.changes.len()), Ok(3_000));
    assert_eq!(refused.map(|it| it.changes.len()), Err(full.clone()));
    assert_eq!(items(&all(&tandem, &token).await).len(), 3_000);
    // Nothing of the refused one is left in memory, either, so the rest has room.
    let rest = tandem.apply_all(&token, ClientId(Uuid::now_v7()), many(2_000));
    assert_eq!(rest.await.map(|it| it.changes.len()), Ok(2_000));

    // Repeated after a restart, neither is doubled.
    tandem.store().close().await;
    let tandem = file.open().await;
    let mut answers = Vec::new();
    for (client, whole) in clients.into_iter().zip(wholes) {
        let again = tandem.apply_all(&token, client, whole).await;
        answers.push(again.map(|it| it.changes.len()));
    }
    answers.sort_by_key(Result::is_err);
    assert_eq!(answers, [Ok(0), Err(full)]);
    assert_eq!(items(&all(&tandem, &token).await).len(), 5_000);
}

#[tokio::test]
async fn one_that_is_refused_stores_nothing_and_harms_no_other_in_its_batch() {
    let file = File::new();
    let tandem = file.open().await;
    let Links { token, .. } = new_list(&tandem).await;
    let mut bad = many(3);
    bad.push(Mutation {
        seq: Seq(4),
        op: create(" "),
    });
    let (refused, pushed) = tokio::join!(
        tandem.apply_all(&token, ClientId(Uuid::now_v7()), bad),
        tandem.push(&token, None, Replica::new().next([create("milk")])),
    );
    assert!(matches!(
        refused,
        Err(Error::Refused(Refusal::Blank { .. }))
    ));
    assert!(pushed.is_ok());
    let all = all(&tandem, &token).await;
    assert_eq!((texts(&all), all.head), (vec!["milk"], Version(2)));
}

#[tokio::test]
async fn a_read_only_link_and_an_unknown_list_take_nothing() {
    let file = File::new();
    let tandem = file.open().await;
    let links = new_list(&tandem).await;
    let client = ClientId(Uuid::now_v7());
    let viewed = tandem.apply_all(&links.view_token, client, many(1)).await;
    assert_eq!(viewed.err(), Some(Error::ReadOnly));
    let nowhere = Token("AAAAAAAAAAAAAAAAAAAAAAAA".to_owned());
    let unknown = tandem.apply_all(&nowhere, client, many(1)).await;
    assert_eq!(unknown.err(), Some(Error::UnknownList));
    let much = tandem.apply_all(&links.token, client, many(5_002)).await;
    assert!(matches!(much, Err(Error::BadRequest(_))));
    assert!(items(&all(&tandem, &links.token).await).is_empty());
}

#[tokio::test]
async fn what_a_caller_without_a_replica_asks_for_is_one_commit_or_nothing() {
    let file = File::new();
    let tandem = file.open().await;
    let links = new_list(&tandem).await;
    let grant = tandem.authorize(&links.token).await.expect("it may write");
    let id = Uuid::now_v7();
    let before = tandem.store().commits();
    let ops = vec![create_with(id, "milk"), update(id, ItemPatch::isdone(true))];
    let changes = tandem.apply(grant, None, ops).await.expect("taken");
    assert_eq!(changes.len(), 2);
    assert_eq!(tandem.store().commits() - before, 1);

    let stored = all(&tandem, &links.token).await;
    let ops = vec![update(id, ItemPatch::isdone(false)), create(" ")];
    let refused = tandem.apply(grant, None, ops).await;
    assert!(matches!(
        refused,
        Err(Error::Refused(Refusal::Blank { .. }))
    ));
    assert_eq!(all(&tandem, &links.token).await, stored);
}

#[tokio::test]
async fn a_token_is_asked_for_before_anything_is_written() {
    let file = File::new();
    let tandem = file.open().await;
    let links = new_list(&tandem).await;
    let of = async |token: &Token| tandem.authorize(token).await.map(|grant| grant.list());
    let list = all(&tandem, &links.token).await.changes[0].row.id();
    assert_eq!(of(&links.token).await, Ok(list));
    assert_eq!(of(&links.view_token).await, Err(Error::ReadOnly));
    let nowhere = Token("AAAAAAAAAAAAAAAAAAAAAAAA".to_owned());
    assert_eq!(of(&nowhere).await, Err(Error::UnknownList));
    let grant = tandem.authorize(&links.token).await.expect("it may write");
    let destroy = vec![Op::Destroy { id: list }];
    tandem.apply(grant, None, destroy).await.expect("taken");
    for token in [&links.token, &links.view_token] {
        assert_eq!(of(token).await, Err(Error::UnknownList));
    }
    let late = tandem.apply(grant, None, vec![create("milk")]).await;
    assert_eq!(late.err(), Some(Error::UnknownList));
}
