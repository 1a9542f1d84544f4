//! Epochs: sent with every head, and checked wherever a cursor is given.

use serde_json::{Value, json};
use sync::{Cursor, Epoch, Version};
use uuid::Uuid;

use crate::client::{TestApp, TestSocket};

fn cursor(head: &Value) -> Cursor {
    Cursor {
        epoch: serde_json::from_value(head["epoch"].clone()).expect("an epoch or none"),
        version: Version(head["head"].as_u64().expect("a version")),
    }
}

fn pull(cursor: Cursor) -> Value {
    json!({
        "client_id": Uuid::now_v7(), "since": cursor.version, "epoch": cursor.epoch, "mutations": [],
    })
}

#[tokio::test]
async fn every_head_carries_the_epoch() {
    let app = TestApp::start().await;
    let list = app.list().await;
    list.add("milk").await;
    let told = cursor(&list.get("").await.expect(200).await);
    assert!(told.epoch.is_some() && told.version == Version(2));
    let [mut with, mut without] = [
        TestSocket::connect(&app.origin).await,
        TestSocket::connect(&app.origin).await,
    ];
    for answer in [
        list.changes(0).await,
        list.push(&pull(Version(2).into())).await.expect(200).await,
        with.subscribe_since(&list.channel(), 1).await,
    ] {
        assert_eq!(cursor(&answer), told, "{answer}");
        assert_eq!(
            answer["reset"], false,
            "who names none is served by the version"
        );
    }
    assert_eq!(without.subscribe(&list.channel()).await, told.version.0);
}

#[tokio::test]
async fn a_cursor_of_another_epoch_is_a_reset() {
    let app = TestApp::start().await;
    let list = app.list().await;
    list.add("milk").await;
    let told = cursor(&list.get("").await.expect(200).await);
    let other = Cursor {
        epoch: Some(Epoch(Uuid::nil())),
        ..told
    };
    for (cursor, is_reset) in [(told, false), (other, true)] {
        let mut socket = TestSocket::connect(&app.origin).await;
        let epoch = cursor.epoch.expect("it is named").0;
        let path = format!("/changes?since={}&epoch={epoch}", cursor.version);
        for answer in [
            list.get(&path).await.expect(200).await,
            list.push(&pull(cursor)).await.expect(200).await,
            socket.subscribe_from(&list.channel(), cursor).await,
        ] {
            let changes = answer["changes"].as_array().expect("changes").len();
            assert_eq!(answer["reset"], is_reset, "{answer}");
            assert_eq!(changes, if is_reset { 2 } else { 0 }, "{answer}");
        }
    }
    let nonsense = list.get("/changes?since=1&epoch=new").await;
    nonsense.expect_problem(400);
}

#[tokio::test]
async fn a_push_from_another_epoch_is_taken_and_answered_with_a_reset() {
    let app = TestApp::start().await;
    let list = app.list().await;
    list.add("milk").await;
    let op = json!({ "create": {
        "id": Uuid::now_v7(), "draft": { "item": { "shortdesc": "bread" } }, "place": "end",
    } });
    let push = json!({
        "client_id": Uuid::now_v7(), "since": 2, "epoch": Uuid::nil(),
        "mutations": [{ "seq": 1, "op": op }],
    });
    let answer = list.push(&push).await.expect(200).await;
    assert_eq!(
        (&answer["acked"], &answer["reset"]),
        (&json!(1), &json!(true))
    );
    assert_eq!(answer["changes"].as_array().expect("changes").len(), 3);
    assert_eq!(list.texts().await, ["milk", "bread"]);
}
