//! Large atomic writes: stored in parts, and shown at once.

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use tokio::task::JoinHandle;

use super::*;
use crate::client::soon;

const ITEMS: usize = 500;

/// Returns enough items with notes to be stored in parts.
fn many() -> Vec<Mutation<Record>> {
    let notes = "n".repeat(1_000);
    numbered((0..ITEMS).map(|number| {
        let draft = ItemPatch {
            longdesc: Some(Some(notes.clone())),
            ..ItemPatch::shortdesc(format!("item {number}"))
        };
        Op::Create {
            id: Uuid::now_v7(),
            draft: RecordPatch::Item(draft),
            place: Place::End,
        }
    }))
}

/// A few items, with so long notes that they are stored in parts, too.
fn long() -> Vec<Mutation<Record>> {
    numbered((0..40).map(|number| {
        let draft = ItemPatch {
            longdesc: Some(Some("n".repeat(20_000))),
            ..ItemPatch::shortdesc(format!("item {number}"))
        };
        Op::Create {
            id: Uuid::now_v7(),
            draft: RecordPatch::Item(draft),
            place: Place::End,
        }
    }))
}

/// Returns the number of staged rows.
const STAGED: &str = "select count(*) from items
     where version > (select version from lists where id = list_id)";

/// Waits until the write is stored in part.
async fn until_some_is_staged(connection: &mut AnyConnection) {
    while number(connection, STAGED).await == 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// Applies them as one write, in the background.
fn begin(
    tandem: &Tandem,
    token: &Token,
    client: ClientId,
    whole: &[Mutation<Record>],
) -> JoinHandle<usize> {
    let (tandem, token, whole) = (tandem.clone(), token.clone(), whole.to_vec());
    tokio::spawn(async move {
        let outcome = tandem.apply_all(&token, client, whole).await;
        outcome.expect("taken").changes.len()
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_write_shows_all_at_once_and_others_commit_meanwhile() {
    let file = File::new();
    let tandem = file.open().await;
    let large = new_list(&tandem).await.token;
    let small = new_list(&tandem).await.token;
    let client = ClientId(Uuid::now_v7());
    let writing = begin(&tandem, &large, client, &many());
    until_some_is_staged(&mut file.connect().await).await;

    let written = Arc::new(AtomicUsize::new(0));
    let others = tokio::spawn({
        let (tandem, written) = (tandem.clone(), written.clone());
        async move {
            let mut replica = Replica::new();
            loop {
                let pushed = replica.push(&tandem, &small, [create("milk")]).await;
                pushed.expect("taken");
                written.fetch_add(1, Ordering::Relaxed);
            }
        }
    });
    let list = tandem.open_list(&large).await.expect("there").list.id;
    let mut seen = BTreeSet::new();
    while !writing.is_finished() {
        let since = tandem
            .changes(&large, Version(1).into())
            .await
            .expect("there");
        let count = tandem.store().count_items(list).await.expect("there");
        let opened = all(&tandem, &large).await;
        let versions = since.changes.iter().map(sync::Change::version);
        assert_eq!(versions.max().unwrap_or(Version(1)), since.head);
        seen.extend([since.changes.len(), count, items(&opened).len()]);
    }
    let meanwhile = written.load(Ordering::Relaxed);
    others.abort();
    assert!(meanwhile >= 5, "{meanwhile} small writes");
    assert!(
        seen.iter().all(|count| [0, ITEMS].contains(count)),
        "{seen:?}"
    );
    assert!(seen.contains(&0));
    assert_eq!(writing.await.expect("no panic"), ITEMS);
    let opened = all(&tandem, &large).await;
    assert_eq!(
        (items(&opened).len(), opened.head),
        (ITEMS, Version(1 + ITEMS as u64))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_few_items_with_long_notes_are_stored_in_parts_too() {
    let file = File::new();
    let tandem = file.open().await;
    let Links { token, .. } = new_list(&tandem).await;
    let whole = long();
    let writing = begin(&tandem, &token, ClientId(Uuid::now_v7()), &whole);
    let mut connection = file.connect().await;
    soon("some is staged", until_some_is_staged(&mut connection)).await;
    assert_eq!(writing.await.expect("no panic"), whole.len());
    assert_eq!(items(&all(&tandem, &token).await).len(), whole.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_for_the_same_list_wait_for_a_large_write_and_see_it_whole() {
    let file = File::new();
    let tandem = file.open().await;
    let Links { token, .. } = new_list(&tandem).await;
    let writing = begin(&tandem, &token, ClientId(Uuid::now_v7()), &many());
    until_some_is_staged(&mut file.connect().await).await;
    let pushed = Replica::new().push(&tandem, &token, [create("milk")]).await;
    let caught_up = pushed.expect("taken").catch_up;
    assert_eq!(items(&caught_up).len(), ITEMS + 1);
    assert_eq!(writing.await.expect("no panic"), ITEMS);
    assert_eq!(texts(&all(&tandem, &token).await).last(), Some(&"milk"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_of_another_process_between_two_parts_makes_it_begin_anew() {
    let file = File::new();
    let (tandem, other) = (file.open().await, file.open().await);
    let Links { token, .. } = new_list(&tandem).await;
    let (client, whole) = (ClientId(Uuid::now_v7()), many());
    let writing = begin(&tandem, &token, client, &whole);
    let mut connection = file.connect().await;
    until_some_is_staged(&mut connection).await;
    let pushed = Replica::new().push(&other, &token, [create("milk")]).await;
    let caught_up = pushed.expect("taken").catch_up;
    // The version after the list's creation, which the first staged row had, too.
    assert_eq!(
        (caught_up.head, texts(&caught_up)),
        (Version(2), vec!["milk"])
    );

    assert_eq!(writing.await.expect("no panic"), ITEMS);
    let opened = all(&other, &token).await;
    assert_eq!(
        (items(&opened).len(), opened.head),
        (ITEMS + 1, Version(2 + ITEMS as u64))
    );
    let versions: BTreeSet<_> = opened.changes.iter().map(|it| it.version().0).collect();
    assert!(
        versions.into_iter().eq(1..=opened.head.0),
        "no gap, and none twice"
    );
    assert_eq!(number(&mut connection, STAGED).await, 0);
    assert_eq!(
        number(&mut connection, "select sum(staging) from lists").await,
        0
    );
    // Once, on either store.
    for tandem in [&tandem, &other] {
        let again = tandem.apply_all(&token, client, whole.clone()).await;
        assert_eq!(again.expect("taken").changes, []);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_crash_leaves_staged_is_never_shown_and_the_same_can_be_sent_again() {
    let file = File::new();
    let tandem = file.open().await;
    let Links { token, .. } = new_list(&tandem).await;
    let (client, whole) = (ClientId(Uuid::now_v7()), many());
    let writing = begin(&tandem, &token, client, &whole);
    let mut connection = file.connect().await;
    until_some_is_staged(&mut connection).await;
    // Copy the file as a crash at this moment would leave it.
    let crashed = File::new();
    let copy = format!("vacuum into '{}'", crashed.path().display());
    alter(&mut connection, &copy).await;
    let left = crashed.number(STAGED).await;
    assert!(left > 0 && left < ITEMS as i64, "{left} were left");
    assert_eq!(writing.await.expect("no panic"), ITEMS);

    let tandem = crashed.open().await;
    let opened = all(&tandem, &token).await;
    assert_eq!((texts(&opened), opened.head), (vec![], Version(1)));
    assert_eq!(crashed.number("select count(*) from items").await, 0);
    for changes in [ITEMS, 0] {
        let taken = tandem.apply_all(&token, client, whole.clone()).await;
        assert_eq!(taken.expect("taken").changes.len(), changes);
    }
    assert_eq!(items(&all(&tandem, &token).await).len(), ITEMS);
}

#[tokio::test]
async fn what_another_process_has_left_staged_makes_room_for_the_next_write() {
    let file = File::new();
    let tandem = file.open().await;
    let mut connection = file.connect().await;
    let large: Vec<_> = many();
    for whole in [&large[..1], &large[..]] {
        let Links { token, .. } = new_list(&tandem).await;
        let left =
            "insert into items (list_id, id, shortdesc, position, version, created_at, updated_at)
             select id, '00000000-0000-0000-0000-000000000001', 'left', 'a0', 2, 0, 0
             from lists where version = 1";
        let marked = "update lists set staging = 1 where version = 1";
        for statement in [left, marked] {
            alter(&mut connection, statement).await;
        }
        let id = Uuid::from_u128(1);
        let list = tandem.open_list(&token).await.expect("there").list.id;
        assert_eq!(tandem.store().item(list, id).await.expect("read"), None);
        assert_eq!(texts(&all(&tandem, &token).await), Vec::<&str>::new());
        let client = ClientId(Uuid::now_v7());
        let taken = tandem.apply_all(&token, client, whole.to_vec()).await;
        assert_eq!(taken.expect("taken").changes.len(), whole.len());
        assert!(!texts(&all(&tandem, &token).await).contains(&"left"));
        assert_eq!(number(&mut connection, STAGED).await, 0);
    }
}

#[tokio::test]
async fn a_large_write_that_is_refused_leaves_nothing() {
    let file = File::new();
    let tandem = file.open().await;
    let Links { token, .. } = new_list(&tandem).await;
    let mut whole = many();
    whole.push(Mutation {
        seq: Seq(1 + ITEMS as u64),
        op: create(" "),
    });
    let refused = tandem
        .apply_all(&token, ClientId(Uuid::now_v7()), whole)
        .await;
    assert!(matches!(refused, Err(Error::Refused(_))), "{refused:?}");
    let pushed = Replica::new().push(&tandem, &token, [create("milk")]).await;
    assert_eq!(pushed.expect("taken").catch_up.head, Version(2));
    assert_eq!(file.number("select count(*) from items").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_client_of_a_large_write_is_known_after_a_restart() {
    let file = File::new();
    let tandem = file.open().await;
    let Links { token, .. } = new_list(&tandem).await;
    let (client, whole) = (ClientId(Uuid::now_v7()), many());
    let written = begin(&tandem, &token, client, &whole).await;
    assert_eq!(written.expect("no panic"), ITEMS);
    tandem.store().close().await;

    let tandem = file.open().await;
    let others = tandem.apply_all(&token, client, many()).await;
    assert_eq!(
        others.err(),
        Some(Error::Refused(sync::Refusal::NumberTaken))
    );
    assert_eq!(items(&all(&tandem, &token).await).len(), ITEMS);
}
