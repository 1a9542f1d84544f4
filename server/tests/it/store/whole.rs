//! Writes that are taken whole, in one commit, or not at all.

use sync::{Model as _, Refusal};

use super::*;

fn many(count: usize) -> Vec<Mutation<Record>> {
    let creates = (0..count).map(|number| create(&format!("item {number}")));
    (1..)
        .zip(creates)
        .map(|(seq, op)| Mutation { seq, op })
        .collect()
}

#[tokio::test]
async fn of_two_that_have_no_room_together_one_is_taken_whole_and_the_other_refused_whole() {
    let file = File::new();
    let tandem = file.open().await;
    let Links { token, .. } = new_list(&tandem).await;
    let clients = [(); 2].map(|()| ClientId(Uuid::now_v7()));
    let wholes = [many(3_000), many(3_000)];
    let before = tandem.store().commits();
    let (one, other) = tokio::join!(
        tandem.apply_all(&token, clients[0], wholes[0].clone()),
        tandem.apply_all(&token, clients[1], wholes[1].clone()),
    );
    assert!(tandem.store().commits() - before <= 2);
    let full = Error::Refused(Refusal::Full { limit: Item::LIMIT });
    let taken = one.is_ok();
    let (taken, refused) = if taken { (one, other) } else { (other, one) };
    assert_eq!(taken.map(|it| it.changes.len()), Ok(3_000));
    assert_eq!(refused.map(|it| it.changes.len()), Err(full.clone()));
    assert_eq!(items(&all(&tandem, &token).await).len(), 3_000);
    // Of the one that was refused, nothing is left in memory either: the rest has room.
    let rest = tandem.apply_all(&token, ClientId(Uuid::now_v7()), many(2_000));
    assert_eq!(rest.await.map(|it| it.changes.len()), Ok(2_000));

    // Tried again, neither doubles; and a restart knows of them.
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
        seq: 4,
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
    assert_eq!((texts(&all), all.head), (vec!["milk"], 2));
}

#[tokio::test]
async fn a_link_that_only_reads_and_a_list_that_there_is_not_take_nothing() {
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
