//! Lists, links and items through the service.

use app::{ItemPatch, ListPatch, api::Access};
use sync::Refusal;

use super::*;

async fn apply(tandem: &Tandem, token: &Token, op: Op<Record>) -> Result<(), Error> {
    let grant = tandem.authorize(token).await?;
    tandem.apply(grant, None, vec![op]).await.map(drop)
}

#[tokio::test]
async fn a_store_knows_its_file_and_how_long_it_has_been_open() {
    let file = File::new();
    let url = format!("sqlite://{}", file.path().display());
    let store = Store::open(&url, StoreOptions::default(), Arc::default()).await;
    let store = store.expect("the database opens");
    assert_eq!(store.file(), file.path());
    let running = store.running();
    assert!(!running.is_zero() && store.running() >= running);
}

#[tokio::test]
async fn a_new_list_is_empty_and_called_todos() {
    let file = File::new();
    let tandem = file.open().await;
    for title in [None, Some("  ".to_owned())] {
        let links = tandem
            .create_list(None, title)
            .await
            .expect("it can be made");
        assert_eq!(links.title, "Todos");
        let opened = tandem.open_list(&links.token).await.expect("it is there");
        assert_eq!(&*opened.list.title, "Todos");
        assert!(items(&opened.snapshot).is_empty());
        assert!(opened.snapshot.reset);
    }
}

#[tokio::test]
async fn a_lists_title_is_trimmed_and_not_too_long() {
    let file = File::new();
    let tandem = file.open().await;
    let links = tandem.create_list(None, Some(" Trip ".to_owned())).await;
    assert_eq!(links.expect("it can be made").title, "Trip");
    let longest = tandem.create_list(None, Some("ü".repeat(200))).await;
    assert!(longest.is_ok());
    let longer = tandem.create_list(None, Some("ü".repeat(201))).await;
    assert!(matches!(
        longer,
        Err(Error::Refused(Refusal::TooLong { limit: 200, .. }))
    ));
}

#[tokio::test]
async fn an_item_is_created_updated_and_destroyed() {
    let file = File::new();
    let tandem = file.open().await;
    let Links { token, .. } = new_list(&tandem).await;
    let id = Uuid::now_v7();

    apply(&tandem, &token, create_with(id, " milk "))
        .await
        .expect("created");
    let patch = ItemPatch {
        longdesc: Some(Some("two litres".to_owned())),
        isdone: Some(true),
        ..ItemPatch::default()
    };
    apply(&tandem, &token, update(id, patch))
        .await
        .expect("updated");
    let snapshot = all(&tandem, &token).await;
    let [item] = items(&snapshot)[..] else {
        panic!("not one item: {snapshot:?}");
    };
    assert_eq!(&*item.shortdesc, "milk");
    assert_eq!(item.longdesc.as_deref(), Some("two litres"));
    assert!(item.isdone);
    let list = tandem.open_list(&token).await.expect("there").list.id;
    let stored = tandem.store().item(list, id).await.expect("readable");
    assert_eq!(stored.as_ref(), Some(item));

    apply(&tandem, &token, Op::Destroy { id })
        .await
        .expect("destroyed");
    assert!(items(&all(&tandem, &token).await).is_empty());
    assert_eq!(tandem.store().item(list, id).await.expect("readable"), None);
}

#[tokio::test]
async fn text_that_looks_like_sql_or_html_is_stored_as_text() {
    let file = File::new();
    let tandem = file.open().await;
    let Links { token, .. } = new_list(&tandem).await;
    let strange = [
        "'); drop table items; --",
        "<script>alert(1)</script>",
        "$1 ? :a @b %s {}",
        "\u{202e}𝕦𝕟𝕚𝕔𝕠𝕕𝕖 👩‍👩‍👧 text",
    ];
    for text in strange {
        apply(&tandem, &token, create(text)).await.expect("created");
    }
    assert_eq!(texts(&all(&tandem, &token).await), strange);
}

#[tokio::test]
async fn texts_are_as_long_as_they_may_be_and_no_longer() {
    let file = File::new();
    let tandem = file.open().await;
    let Links { token, .. } = new_list(&tandem).await;
    let longest = apply(&tandem, &token, create(&"ü".repeat(2_000))).await;
    assert_eq!(longest, Ok(()));
    let longer = apply(&tandem, &token, create(&"ü".repeat(2_001))).await;
    assert!(matches!(
        longer,
        Err(Error::Refused(Refusal::TooLong { limit: 2_000, .. }))
    ));
}

#[tokio::test]
async fn a_list_holds_5000_items_and_no_more() {
    let file = File::new();
    let tandem = file.open().await;
    let Links { token, .. } = new_list(&tandem).await;
    let mut replica = Replica::new();
    for _ in 0..5 {
        let ops = (0..1_000).map(|n| create(&n.to_string()));
        let answer = replica.push(&tandem, &token, ops).await.expect("taken");
        assert!(answer.rejected.is_empty());
    }
    let answer = replica.push(&tandem, &token, [create("one more")]).await;
    let rejected = answer.expect("taken").rejected;
    assert_eq!(rejected[0].reason, Refusal::Full { limit: 5_000 });
    assert_eq!(items(&all(&tandem, &token).await).len(), 5_000);
}

#[tokio::test]
async fn more_than_1000_mutations_at_once_are_refused_and_none_is_taken() {
    let file = File::new();
    let tandem = file.open().await;
    let Links { token, .. } = new_list(&tandem).await;
    let ops = (0..1_001).map(|n| create(&n.to_string()));
    let answer = Replica::new().push(&tandem, &token, ops).await;
    assert!(matches!(answer, Err(Error::BadRequest(_))));
    assert!(items(&all(&tandem, &token).await).is_empty());
}

#[tokio::test]
async fn the_view_link_reads_and_does_not_write() {
    let file = File::new();
    let tandem = file.open().await;
    let Links {
        token, view_token, ..
    } = new_list(&tandem).await;
    let mut writer = Replica::new();
    let written = writer.push(&tandem, &token, [create("milk")]).await;
    let written = written.expect("the writer's link writes");

    let opened = tandem.open_list(&token).await.expect("it is there");
    assert_eq!(opened.access, Access::Write);
    assert_eq!(opened.view_token, Some(view_token.0.clone()));
    let viewed = tandem.open_list(&view_token).await.expect("it is there");
    assert_eq!(viewed.access, Access::Read);
    assert_eq!(viewed.view_token, None);
    assert_eq!(viewed.snapshot, opened.snapshot);

    let mut viewer = Replica::new();
    let pushed = viewer.push(&tandem, &view_token, [create("beer")]).await;
    assert_eq!(pushed, Err(Error::ReadOnly));
    let applied = apply(&tandem, &view_token, create("beer")).await;
    assert_eq!(applied, Err(Error::ReadOnly));
    let pulled = viewer.push(&tandem, &view_token, []).await;
    assert_eq!(pulled.expect("a pull is fine").catch_up, written.catch_up);
}

#[tokio::test]
async fn a_list_is_renamed() {
    let file = File::new();
    let tandem = file.open().await;
    let Links { token, .. } = new_list(&tandem).await;
    let before = tandem.open_list(&token).await.expect("there").list;
    let rename = |title: &str| Op::Update {
        id: before.id,
        patch: RecordPatch::List(ListPatch {
            title: Some(title.to_owned()),
        }),
    };
    apply(&tandem, &token, rename("Trip"))
        .await
        .expect("renamed");
    let blank = apply(&tandem, &token, rename(" ")).await;
    assert!(matches!(blank, Err(Error::Refused(Refusal::Blank { .. }))));
    let after = tandem.open_list(&token).await.expect("there").list;
    assert_eq!(&*after.title, "Trip");
    assert_eq!(after.version, before.version.next());
}

#[tokio::test]
async fn a_destroyed_list_is_unknown() {
    let file = File::new();
    let tandem = file.open().await;
    let Links {
        token, view_token, ..
    } = new_list(&tandem).await;
    let mut replica = Replica::new();
    let answer = replica.push(&tandem, &token, [create("milk")]).await;
    answer.expect("taken");
    let list = tandem.open_list(&view_token).await.expect("there").list.id;

    let answer = replica.push(&tandem, &token, [Op::Destroy { id: list }]);
    let catch_up = answer.await.expect("taken").catch_up;
    let last = catch_up.changes.last().expect("the list's own change");
    assert_eq!(last.name(), "list:destroyed");

    for token in [&token, &view_token] {
        let opened = tandem.open_list(token).await;
        assert_eq!(opened.err(), Some(Error::UnknownList));
        let changes = tandem.changes(token, Version::ZERO.into()).await;
        assert_eq!(changes.err(), Some(Error::UnknownList));
        let pulled = replica.push(&tandem, token, []).await;
        assert_eq!(pulled.err(), Some(Error::UnknownList));
        let pushed = replica.push(&tandem, token, [create("bread")]).await;
        assert_eq!(pushed.err(), Some(Error::UnknownList));
        let link = tandem.store().link(token).await.expect("readable");
        assert_eq!(link, None);
        assert_eq!(tandem.was_destroyed(token).await, Ok(true));
    }
    let head = tandem.store().head(list).await.expect("readable");
    assert_eq!(head, None);
}

#[tokio::test]
async fn an_unknown_token_is_unknown() {
    let file = File::new();
    let tandem = file.open().await;
    let token = Token("'; drop table links; --".to_owned());
    let opened = tandem.open_list(&token).await;
    assert_eq!(opened.err(), Some(Error::UnknownList));
    let pushed = Replica::new().push(&tandem, &token, [create("milk")]).await;
    assert_eq!(pushed.err(), Some(Error::UnknownList));
    assert_eq!(tandem.was_destroyed(&token).await, Ok(false));
    let there = tandem
        .create_list(None, None)
        .await
        .expect("it can be made");
    assert_eq!(tandem.was_destroyed(&there.token).await, Ok(false));
}

#[tokio::test]
async fn a_database_in_memory_is_refused_with_a_reason() {
    for url in ["sqlite::memory:", "sqlite://x?mode=memory", "mysql://x"] {
        let opened = Store::open(url, StoreOptions::default(), Arc::new(Hub::default())).await;
        let error = opened.err().expect("it is of no use");
        assert!(error.to_string().starts_with("unusable database URL"));
    }
}
