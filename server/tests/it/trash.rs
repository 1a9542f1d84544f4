//! Deleted items can be restored for a time.

use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::client::{Answer, TestApp, TestList};

async fn restore(list: &TestList, id: &Value) -> Answer {
    let path = format!("/items/{}/restore", id.as_str().expect("an id"));
    Answer::of(list.request(Method::POST, &path)).await
}

async fn deleted(list: &TestList) -> Vec<String> {
    let rows = list.get("/trash").await.expect(200).await;
    let text = |row: &Value| row["shortdesc"].as_str().expect("a text").to_owned();
    rows.as_array()
        .expect("an array")
        .iter()
        .map(text)
        .collect()
}

#[tokio::test]
async fn deleted_items_are_in_the_trash_the_latest_first() {
    let app = TestApp::start().await;
    let list = app.list().await;
    for text in ["milk", "bread", "salt"] {
        let id = &list.add(text).await["id"];
        if text != "bread" {
            list.delete(id).await.expect(204).await;
        }
    }
    assert_eq!(deleted(&list).await, ["salt", "milk"]);
}

#[tokio::test]
async fn a_restored_item_is_as_before_and_others_receive_it() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let milk = list.add("milk").await;
    list.add("bread").await;
    let fields = json!({ "isdone": true, "longdesc": "two", "due": "2026-11-24" });
    let before = list.patch(&milk["id"], &fields).await.expect(200).await;
    list.delete(&milk["id"]).await.expect(204).await;
    let (mut mine, mut other) = (app.socket().await, app.socket().await);
    mine.subscribe(&list.channel()).await;
    other.subscribe(&list.channel()).await;

    let row = restore(&list.by_socket(&mine.id), &milk["id"]).await;
    let row = row.expect(200).await;
    assert_eq!(other.expect_event("updated").await, row);
    for field in [
        "shortdesc",
        "isdone",
        "longdesc",
        "due",
        "position",
        "created_at",
    ] {
        assert_eq!(row[field], before[field], "{field}");
    }
    assert_eq!(list.texts().await, ["milk", "bread"]);
    assert!(deleted(&list).await.is_empty());
    // The sender receives the next change first.
    let next = list.add("salt").await;
    assert_eq!(mine.expect_event("created").await, next);
}

#[tokio::test]
async fn restoring_is_idempotent() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let milk = list.add("milk").await;
    list.delete(&milk["id"]).await.expect(204).await;
    let first = restore(&list, &milk["id"]).await.expect(200).await;
    assert_eq!(restore(&list, &milk["id"]).await.expect(200).await, first);
}

#[tokio::test]
async fn restoring_takes_write_access_and_a_deleted_item() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let milk = list.add("milk").await;
    list.delete(&milk["id"]).await.expect(204).await;
    restore(&list.viewed(), &milk["id"])
        .await
        .expect_problem(403);
    restore(&list, &json!(Uuid::now_v7()))
        .await
        .expect_problem(404);
    assert!(list.items().await.is_empty());
}

#[tokio::test]
async fn a_plain_form_restores_and_redirects_back() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let milk = list.add("milk").await;
    list.delete(&milk["id"]).await.expect(204).await;
    let id = milk["id"].as_str().expect("an id");
    let page = app.get(&format!("/{}/trash", list.token)).await;
    assert!(page.text.contains("milk") && page.text.contains(&format!("value=\"{id}\"")));
    let form = app
        .request(Method::POST, "/rpc/restore_item")
        .header("Accept", "text/html")
        .header("Referer", format!("{}/{}/trash", app.origin, list.token))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(format!("token={}&id={id}", list.token));
    let answer = Answer::of(form).await;
    assert_eq!(
        answer.status, 200,
        "the page that it leads back to: {}",
        answer.text
    );
    assert_eq!(list.texts().await, ["milk"]);
}

#[tokio::test]
async fn the_view_link_cannot_read_what_was_deleted() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let secret = list.add("a surprise for Ann").await;
    let notes = json!({ "longdesc": "a surprise, too", "due": "2026-11-24" });
    list.patch(&secret["id"], &notes).await.expect(200).await;
    list.add("milk").await;
    list.delete(&secret["id"]).await.expect(204).await;
    let viewed = list.viewed();

    viewed.get("/trash").await.expect_problem(403);
    let open = app.request(Method::POST, "/rpc/open_trash");
    let open = Answer::of(open.json(&json!({ "token": viewed.token }))).await;
    assert_eq!((open.status, &*open.text), (403, "\"read_only\""));
    let page = app.get(&format!("/{}/trash", viewed.token)).await;
    assert_eq!(page.status, 404);
    let view = app.get(&format!("/{}", viewed.token)).await;
    assert!(!view.text.contains("/trash"), "no link leads there");

    let mut told = vec![page.text, view.text, viewed.changes(0).await.to_string()];
    told.push(viewed.get("/changes?since=0&limit=9").await.text);
    let pull = crate::client::push(Uuid::now_v7(), 1, []);
    told.push(viewed.push(&pull).await.text);
    let mut socket = app.socket().await;
    let caught_up = socket.subscribe_since(&viewed.channel(), 1).await;
    assert_eq!(caught_up["changes"][1]["event"], "destroyed");
    told.push(caught_up.to_string());
    let other = list.add("another surprise").await;
    socket.expect_event("created").await;
    list.delete(&other["id"]).await.expect(204).await;
    let destroyed = socket.expect_event("destroyed").await;
    assert_eq!(
        (&destroyed["id"], &destroyed["version"]),
        (&other["id"], &json!(7))
    );
    told.push(destroyed.to_string());
    for told in told {
        assert!(
            !told.contains("surprise") && !told.contains("2026-11-24"),
            "{told}"
        );
    }
    // Those who may write still read it.
    assert_eq!(
        deleted(&list).await,
        ["another surprise", "a surprise for Ann"]
    );
    assert!(
        list.changes(0)
            .await
            .to_string()
            .contains("a surprise, too")
    );
}
