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
    assert_eq!(deleted(&list.viewed()).await, ["salt", "milk"]);
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
