//! Replaced links and restored lists, under the service.

use app::api::Access;
use futures_util::future::join_all;
use sync::{Model as _, Refusal};

use super::*;

#[tokio::test]
async fn what_is_authorized_before_a_replacement_is_refused_whole_after_it() {
    let file = File::new();
    let tandem = file.open().await;
    let old = new_list(&tandem).await.token;
    let grant = tandem.authorize(&old).await.expect("it may write");
    let links = tandem.replace_link(&old, Access::Write).await;
    let new = links.expect("replaced").token;

    let applied = tandem.apply(grant, None, vec![create("milk")]).await;
    assert_eq!(applied.err(), Some(Error::UnknownList));
    let again = tandem.replace_link(&old, Access::Write).await;
    assert_eq!(again.err(), Some(Error::UnknownList));
    assert!(items(&all(&tandem, &new).await).is_empty());
}

/// The other process has cached the link, and only its writer finds out.
#[tokio::test]
async fn a_link_that_another_process_has_replaced_is_refused_by_every_kind_of_write() {
    let file = File::new();
    let (here, there) = (file.open().await, file.open().await);
    let old = new_list(&here).await.token;
    let mut replica = Replica::new();
    replica
        .push(&here, &old, [create("milk")])
        .await
        .expect("taken");
    let links = there.replace_link(&old, Access::Write).await;
    let new = links.expect("replaced").token;

    let pushed = replica.push(&here, &old, [create("tea")]).await;
    assert_eq!(pushed.err(), Some(Error::UnknownList));
    // A large write is staged beside the writer.
    let mutations = (1..=100).map(|seq| Mutation {
        seq: Seq(seq),
        op: create("many"),
    });
    let client = ClientId(Uuid::now_v7());
    let applied = here.apply_all(&old, client, mutations.collect()).await;
    assert_eq!(applied.err(), Some(Error::UnknownList));
    let pulled = replica.push(&here, &old, []).await;
    assert_eq!(pulled.err(), Some(Error::UnknownList));
    assert_eq!(texts(&all(&here, &new).await), ["milk"]);
}

#[tokio::test]
async fn the_other_link_goes_on_when_one_is_replaced() {
    let file = File::new();
    let (here, there) = (file.open().await, file.open().await);
    let links = new_list(&here).await;
    let mut replica = Replica::new();
    let first = replica.next([create("milk")]);
    here.push(&links.token, None, first).await.expect("taken");
    let replaced = there.replace_link(&links.token, Access::Read).await;
    let replaced = replaced.expect("replaced");
    assert_eq!(replaced.token, links.token);
    assert_ne!(replaced.view_token, links.view_token);

    let push = replica.next([create("tea")]);
    let mut pushed = here.push(&links.token, None, push.clone()).await;
    if pushed == Err(Error::Unavailable) {
        // The link was cached, and is looked up again: the same may be sent again.
        pushed = here.push(&links.token, None, push).await;
    }
    assert_eq!(pushed.expect("taken").acked, Seq(2));
    let opened = here.open_list(&replaced.view_token).await.expect("there");
    assert_eq!(opened.access, Access::Read);
    let gone = here.open_list(&links.view_token).await;
    assert_eq!(gone.err(), Some(Error::UnknownList));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_in_flight_during_a_replacement_is_committed_before_it_or_refused_whole() {
    let file = File::new();
    let tandem = file.open().await;
    let mut token = new_list(&tandem).await.token;
    let mut expected = Vec::new();
    for round in 0..5 {
        let pushes = (0..40).map(|n| {
            let (tandem, token) = (tandem.clone(), token.clone());
            let text = format!("{round}.{n}");
            tokio::spawn(async move {
                let ops = [create(&text), create(&text)];
                let pushed = Replica::new().push(&tandem, &token, ops).await;
                (text, pushed)
            })
        });
        let pushes = join_all(pushes);
        let (pushed, replaced) = tokio::join!(pushes, tandem.replace_link(&token, Access::Write));
        token = replaced.expect("replaced").token;
        for pushed in pushed {
            match pushed.expect("no panic") {
                (text, Ok(answer)) => {
                    assert_eq!(answer.acked, Seq(2));
                    expected.extend([text.clone(), text]);
                }
                (_, Err(error)) => assert_eq!(error, Error::UnknownList),
            }
        }
    }
    let snapshot = all(&tandem, &token).await;
    let mut found = texts(&snapshot);
    found.sort_unstable();
    expected.sort_unstable();
    assert_eq!(found, expected);
}

#[tokio::test]
async fn a_restored_list_is_as_it_was() {
    let file = File::new();
    let tandem = file.open().await;
    let Links {
        token, view_token, ..
    } = new_list(&tandem).await;
    let (mut replica, milk) = (Replica::new(), Uuid::now_v7());
    let first = replica.next([create_with(milk, "milk"), create("tea"), create(" ")]);
    let answer = tandem.push(&token, None, first.clone()).await;
    let before = answer.expect("taken");
    let ops = [Op::Destroy { id: milk }];
    replica.push(&tandem, &token, ops).await.expect("taken");
    let list = tandem.open_list(&token).await.expect("there").list;
    let ops = [create("said last"), Op::Destroy { id: list.id }];
    let answer = replica.push(&tandem, &token, ops).await;
    let deleted = answer.expect("taken").catch_up;

    assert_eq!(tandem.restore_list(&view_token).await, Err(Error::ReadOnly));
    // In another process, which has nothing of it in memory.
    tandem.store().close().await;
    let tandem = file.open().await;
    assert_eq!(tandem.restore_list(&token).await, Ok(()));
    assert_eq!(tandem.restore_list(&token).await, Ok(()), "idempotent");
    let opened = tandem.open_list(&token).await.expect("there");
    assert_eq!(opened.list.title, list.title);
    assert_eq!(texts(&opened.snapshot), ["tea", "said last"]);
    assert_eq!(tandem.was_destroyed(&token).await, Ok(false));
    let trash = tandem.trash(&token).await.expect("there");
    assert_eq!(trash[0].row.id(), milk);
    // Replicas that have heard of the deletion hear of the restoration.
    let caught_up = tandem.changes(&view_token, deleted.cursor()).await;
    let caught_up = caught_up.expect("there");
    assert_eq!(caught_up.head, deleted.head.next());
    let names: Vec<_> = caught_up.changes.iter().map(sync::Change::name).collect();
    assert_eq!(names, ["list:updated"]);
    // Repeated pushes are recognized.
    let again = tandem.push(&token, None, first).await.expect("taken");
    assert_eq!(again.catch_up.head, deleted.head.next());
    assert_eq!(before.rejected.len(), 1);
    assert!(matches!(before.rejected[0].reason, Refusal::Blank { .. }));
    replica
        .push(&tandem, &token, [create("bread")])
        .await
        .expect("taken");
    assert_eq!(
        texts(&all(&tandem, &token).await),
        ["tea", "said last", "bread"]
    );
}

#[tokio::test]
async fn a_list_deleted_before_content_was_kept_is_not_restored() {
    let file = File::new();
    let tandem = file.open().await;
    let token = new_list(&tandem).await.token;
    let list = tandem.open_list(&token).await.expect("there").list.id;
    let destroy = [Op::Destroy { id: list }];
    let destroyed = Replica::new().push(&tandem, &token, destroy).await;
    destroyed.expect("taken");
    let mut connection = file.connect().await;
    let swept = sqlx::query("update lists set is_swept = 1");
    swept.execute(&mut connection).await.expect("a table");
    let restored = tandem.restore_list(&token).await;
    assert_eq!(restored, Err(Error::UnknownList));
}
