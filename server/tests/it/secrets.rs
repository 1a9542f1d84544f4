//! Client ids, which only a tab and the server may know.

use serde_json::json;
use uuid::Uuid;

use crate::client::{TestApp, create, destroy, push};

#[tokio::test]
async fn a_client_id_is_shown_to_nobody() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let mut socket = app.socket().await;
    socket.subscribe(&list.channel()).await;
    let client = Uuid::now_v7();
    let item = Uuid::now_v7();
    let sent = push(
        client,
        1,
        [create(item, "milk"), destroy(&json!(Uuid::now_v7()))],
    );
    let answer = list.push(&sent).await.expect(200).await;
    assert_eq!(answer["rejected"].as_array().map(Vec::len), Some(1));

    let mut shown = vec![answer.to_string()];
    shown.push(socket.expect_event("created").await.to_string());
    shown.push(list.changes(0).await.to_string());
    for path in ["", "/items", "/trash", "/changes?since=0"] {
        shown.push(list.get(path).await.text);
    }
    for view in ["", "/active", "/trash"] {
        let page = app.get(&format!("/{}{view}", list.token)).await;
        assert_eq!(page.status, 200);
        shown.push(page.text);
    }
    // A refusal does not say whose it is.
    for odd in [
        push(client, 0, [create(item, "milk")]),
        json!({ "client_id": client, "since": "odd", "mutations": [] }),
        json!({ "client_id": client, "since": 0, "mutations": [{ "seq": 1, "op": "odd" }] }),
    ] {
        let answer = list.push(&odd).await;
        assert_eq!(answer.status, 400, "{}", answer.text);
        shown.push(answer.text);
    }
    let viewed = list.viewed().push(&sent).await;
    assert_eq!(viewed.status, 403);
    shown.push(viewed.text);
    let id = client.to_string();
    let simple = client.simple().to_string();
    assert!(
        shown
            .iter()
            .all(|text| !text.contains(&id) && !text.contains(&simple))
    );
}

#[tokio::test]
async fn functions_for_items_do_not_touch_the_list_itself() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let opened = app
        .request(reqwest::Method::POST, "/rpc/open_list")
        .json(&json!({ "token": list.token }));
    let opened = crate::client::Answer::of(opened).await.expect(200).await;
    let id = opened["list"]["id"].as_str().expect("its id");
    for function in ["destroy_item", "restore_item", "update_item"] {
        let form = [
            ("token", list.token.as_str()),
            ("id", id),
            ("isdone", "true"),
        ];
        let called = app
            .request(reqwest::Method::POST, &format!("/rpc/{function}"))
            .form(&form);
        let answer = crate::client::Answer::of(called).await;
        assert_eq!(answer.status, 404, "{function}: {}", answer.text);
    }
    assert_eq!(list.get("").await.status, 200);
    assert_eq!(list.head().await, 1);
}
