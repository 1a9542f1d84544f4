//! Who receives a change, and how often.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::client::{TestApp, create, push};
use crate::dispute::{self, Dispute};

#[tokio::test]
async fn each_change_carries_the_whole_row() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let mut socket = app.socket().await;
    assert_eq!(socket.subscribe(&list.channel()).await, 1);

    let item = list.add("milk").await;
    assert_eq!(socket.expect_event("created").await, item);
    let item = list
        .patch(&item["id"], &json!({ "isdone": true }))
        .await
        .expect(200)
        .await;
    assert_eq!(socket.expect_event("updated").await, item);
    list.delete(&item["id"]).await;
    let destroyed = socket.expect_event("destroyed").await;
    assert_eq!(
        (&destroyed["id"], &destroyed["version"]),
        (&item["id"], &json!(4))
    );
    list.rename("Trip").await;
    let renamed = socket.expect_event("list:updated").await;
    assert_eq!(
        (&renamed["title"], &renamed["version"]),
        (&json!("Trip"), &json!(5))
    );
}

#[tokio::test]
async fn what_a_socket_causes_is_not_echoed_to_it() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let (mut mine, mut other) = (app.socket().await, app.socket().await);
    mine.subscribe(&list.channel()).await;
    other.subscribe(&list.channel()).await;

    let as_me = list.by_socket(&mine.id);
    let item = as_me.add("by REST").await;
    as_me.patch(&item["id"], &json!({ "isdone": true })).await;
    as_me.rename("Trip").await;
    let op = create(Uuid::now_v7(), "by push");
    as_me
        .push(&push(Uuid::now_v7(), 1, [op]))
        .await
        .expect(200)
        .await;
    as_me.delete(&item["id"]).await;
    list.add("by nobody").await;

    for event in [
        "created",
        "updated",
        "list:updated",
        "created",
        "destroyed",
        "created",
    ] {
        other.expect_event(event).await;
    }
    // Frames of a channel arrive in order, so the next one proves that there was none before.
    assert_eq!(mine.expect_event("created").await["shortdesc"], "by nobody");
}

#[tokio::test]
async fn an_item_that_is_sent_again_is_neither_doubled_nor_published_again() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let mut socket = app.socket().await;
    socket.subscribe(&list.channel()).await;
    let body = json!({ "id": Uuid::now_v7(), "shortdesc": "milk" });
    for status in [201, 200, 200] {
        list.post(&body).await.expect(status).await;
    }
    list.add("next").await;
    assert_eq!(socket.expect_event("created").await["shortdesc"], "milk");
    assert_eq!(socket.expect_event("created").await["shortdesc"], "next");
    assert_eq!(list.texts().await, ["milk", "next"]);
}

#[tokio::test]
async fn a_repeated_push_is_not_applied_again() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let rows = Dispute::new();
    let send = |push: Value| {
        let list = list.clone();
        async move { list.push(&push).await.expect(200).await }
    };
    let begun = send(push(Uuid::now_v7(), 1, dispute::json(rows.beginning()))).await;
    let mut socket = app.socket().await;
    socket.subscribe(&list.channel()).await;

    let mine = push(Uuid::now_v7(), 1, dispute::json(rows.mine()));
    let first = send(mine.clone()).await;
    let theirs = send(push(Uuid::now_v7(), 1, dispute::json(rows.theirs()))).await;
    let again = send(mine).await;
    assert_eq!(
        (&again["acked"], &again["rejected"]),
        (&first["acked"], &first["rejected"]),
    );
    assert_eq!(again["rejected"][0]["seq"], Dispute::REFUSED);
    let [_, of_mine, of_theirs] = Dispute::VERSIONS;
    let head = begun["head"].as_u64().expect("a version");
    assert_eq!(first["head"], head + of_mine);
    assert_eq!(theirs["head"], head + of_mine + of_theirs);
    assert_eq!(again["head"], theirs["head"], "it takes no version");
    assert_eq!(list.texts().await, Dispute::AT_THE_END);

    list.add("last").await;
    for version in 1..=of_mine + of_theirs + 1 {
        let (_, row) = socket.next_event().await;
        assert_eq!(row["version"], head + version, "it is told once: {row}");
    }
}

#[tokio::test]
async fn writes_that_change_nothing_are_not_published() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let item = list.add("milk").await;
    let mut socket = app.socket().await;
    socket.subscribe(&list.channel()).await;
    list.patch(
        &item["id"],
        &json!({ "isdone": false, "shortdesc": "milk" }),
    )
    .await
    .expect(200)
    .await;
    list.patch(&item["id"], &json!({})).await.expect(200).await;
    list.rename("Todos").await.expect(200).await;
    list.patch(&item["id"], &json!({ "isdone": true })).await;
    assert_eq!(socket.expect_event("updated").await["version"], 3);
}

#[tokio::test]
async fn the_deletion_of_a_list_is_its_channels_last_event() {
    let app = TestApp::start().await;
    let (list, other) = (app.list().await, app.list().await);
    let mut socket = app.socket().await;
    socket.subscribe(&list.channel()).await;
    socket.subscribe(&other.channel()).await;
    list.destroy().await.expect(204).await;
    socket.expect_event("list:destroyed").await;
    other.add("elsewhere").await;
    socket.expect_event("created").await;
    assert!(matches!(
        socket.try_subscribe(&list.channel(), None).await,
        sync::pusher::ServerFrame::SubscriptionError { status: 404, .. }
    ));
}
