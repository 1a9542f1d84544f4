//! The REST interface.

use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::client::{Answer, TestApp};

#[tokio::test]
async fn a_list_is_made_with_and_without_a_title() {
    let app = TestApp::start().await;
    let created = Answer::of(app.request(Method::POST, "/api/lists.json")).await;
    let location = created.header("location").to_owned();
    let links = created.expect(201).await;
    assert_eq!(links["title"], "Todos");
    assert_eq!(
        location,
        format!("/api/lists/{}", links["token"].as_str().expect("a token"))
    );
    assert_ne!(links["token"], links["view_token"]);

    let titled = app
        .request(Method::POST, "/api/lists")
        .json(&json!({ "title": "  Trip " }));
    assert_eq!(Answer::of(titled).await.expect(201).await["title"], "Trip");
}

#[tokio::test]
async fn an_item_is_made_read_changed_and_deleted() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let created = list.post(&json!({ "shortdesc": " milk " })).await;
    let location = created.header("location").to_owned();
    let item = created.expect(201).await;
    assert_eq!(item["shortdesc"], "milk");
    assert_eq!(item["longdesc"], Value::Null);
    assert_eq!(item["isdone"], false);
    assert_eq!(app.get(&location).await.expect(200).await, item);

    let fields = json!({ "isdone": true, "longdesc": "two" });
    let changed = list.patch(&item["id"], &fields).await.expect(200).await;
    assert_eq!(changed["isdone"], true);
    assert_eq!(changed["longdesc"], "two");
    assert_eq!(changed["shortdesc"], "milk");
    assert_eq!(list.items().await, [changed]);

    assert_eq!(list.delete(&item["id"]).await.status, 204);
    assert!(list.items().await.is_empty());
    app.get(&location).await.expect_problem(404);
}

#[tokio::test]
async fn an_item_has_a_day_by_which_it_is_due() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let item = list
        .post(&json!({ "shortdesc": "milk", "due": "2028-02-29" }))
        .await
        .expect(201)
        .await;
    assert_eq!(item["due"], "2028-02-29");
    list.patch(&item["id"], &json!({ "due": "2027-02-29" }))
        .await
        .expect_problem(422);
    list.patch(&item["id"], &json!({ "due": 7 }))
        .await
        .expect_problem(422);
    assert_eq!(list.items().await, std::slice::from_ref(&item));
    let item = list.patch(&item["id"], &json!({ "due": null })).await;
    assert_eq!(item.expect(200).await["due"], Value::Null);
}

#[tokio::test]
async fn a_section_is_made_renamed_and_never_done() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let section = list
        .post(&json!({ "shortdesc": "Dairy", "issection": true }))
        .await
        .expect(201)
        .await;
    let item = list.add("milk").await;
    assert_eq!(
        (&section["issection"], &item["issection"]),
        (&json!(true), &json!(false))
    );
    let id = &section["id"];
    for fields in [json!({ "isdone": true }), json!({ "issection": false })] {
        list.patch(id, &fields).await.expect_problem(422);
    }
    let mut row = section.clone();
    row["shortdesc"] = json!("Milk and cheese");
    let row = list.patch(id, &row).await.expect(200).await;
    assert_eq!(row["shortdesc"], "Milk and cheese");
    assert_eq!(list.items().await, [row, item]);
}

#[tokio::test]
async fn deleting_is_idempotent() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let id = &list.add("milk").await["id"];
    list.delete(id).await.expect(204).await;
    let head = list.head().await;
    list.delete(id).await.expect(204).await;
    assert_eq!(list.head().await, head);
    list.delete(&json!(Uuid::now_v7()))
        .await
        .expect_problem(404);
    list.patch(id, &json!({ "isdone": true }))
        .await
        .expect_problem(410);
}

#[tokio::test]
async fn a_repeated_id_returns_the_existing_row() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let body = json!({ "id": Uuid::now_v7(), "shortdesc": "milk" });
    let first = list.post(&body).await.expect(201).await;
    assert_eq!(first["id"], body["id"]);
    list.patch(&first["id"], &json!({ "shortdesc": "oat milk" }))
        .await
        .expect(200)
        .await;
    let again = list.post(&body).await.expect(200).await;
    assert_eq!(again["shortdesc"], "oat milk");
    assert_eq!(list.items().await.len(), 1);
}

#[tokio::test]
async fn absent_fields_stay_so_two_peoples_changes_both_survive() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let id = list.add("milk").await["id"].clone();
    let (rename, tick) = (
        json!({ "shortdesc": "oat milk" }),
        json!({ "isdone": true }),
    );
    let (renamed, ticked) = tokio::join!(list.patch(&id, &rename), list.patch(&id, &tick));
    assert_eq!((renamed.status, ticked.status), (200, 200));
    let item = &list.items().await[0];
    assert_eq!(
        (&item["shortdesc"], &item["isdone"]),
        (&json!("oat milk"), &json!(true))
    );
}

#[tokio::test]
async fn a_client_may_put_the_whole_row_back() {
    let app = TestApp::start().await;
    let list = app.list().await;
    list.add("milk").await;
    let mut row = list.add("bread").await;
    row["isdone"] = json!(true);
    row["version"] = json!(9999);
    row["position"] = json!("zz");
    row["created_at"] = json!(1);
    row["color"] = json!("green");
    let path = format!("/items/{}.json", row["id"].as_str().expect("an id"));
    let put = Answer::of(list.request(Method::PUT, &path).json(&row))
        .await
        .expect(200)
        .await;
    assert_eq!(put["isdone"], true);
    assert_eq!(put["version"], 4);
    assert_ne!(put["created_at"], 1);
    assert_eq!(list.texts().await, ["milk", "bread"]);

    let same = Answer::of(list.request(Method::PUT, &path).json(&put))
        .await
        .expect(200)
        .await;
    assert_eq!(same, put, "what changes nothing takes no version");
}

#[tokio::test]
async fn an_item_moves_behind_another_or_to_the_start() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let mut ids = Vec::new();
    for text in ["a", "b", "c"] {
        ids.push(list.add(text).await["id"].clone());
    }
    list.patch(&ids[0], &json!({ "after": ids[1] }))
        .await
        .expect(200)
        .await;
    assert_eq!(list.texts().await, ["b", "a", "c"]);
    list.patch(&ids[2], &json!({ "after": null, "shortdesc": "C" }))
        .await
        .expect(200)
        .await;
    assert_eq!(list.texts().await, ["C", "b", "a"]);
    list.post(&json!({ "shortdesc": "d", "after": ids[2] }))
        .await
        .expect(201)
        .await;
    assert_eq!(list.texts().await, ["C", "d", "b", "a"]);

    // A refused value moves nothing, either.
    list.patch(&ids[0], &json!({ "shortdesc": " ", "after": null }))
        .await
        .expect_problem(422);
    assert_eq!(list.texts().await, ["C", "d", "b", "a"]);
}

#[tokio::test]
async fn an_item_is_changed_and_moved_in_one_commit() {
    let app = TestApp::start().await;
    let list = app.list().await;
    list.add("a").await;
    let item = list.add("b").await;
    let mut connection = app.connect().await;
    let mut commits = async || -> i64 {
        let commits = sqlx::query_scalar("select commits from history");
        let commits = commits.fetch_one(&mut connection).await;
        commits.expect("a number")
    };
    let before = commits().await;
    let fields = json!({ "shortdesc": "B", "isdone": true, "after": null });
    let changed = list.patch(&item["id"], &fields).await.expect(200).await;
    assert_eq!(changed["shortdesc"], "B");
    assert_eq!(list.items().await[0], changed);
    assert_eq!(commits().await - before, 1);
}

#[tokio::test]
async fn a_list_is_renamed_and_deleted() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let renamed = list.rename("Trip").await.expect(200).await;
    assert_eq!(renamed["title"], "Trip");
    assert_eq!(renamed["view_token"], list.view_token.as_str());
    assert_eq!(renamed["head"], 2);
    assert!(
        list.viewed()
            .get(".json")
            .await
            .expect(200)
            .await
            .get("view_token")
            .is_none()
    );

    assert_eq!(list.destroy().await.status, 204);
    list.destroy().await.expect_problem(404);
    for path in ["", "/items", "/changes"] {
        list.get(path).await.expect_problem(404);
        list.viewed().get(path).await.expect_problem(404);
    }
}

#[tokio::test]
async fn changes_are_those_after_a_version() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let milk = list.add("milk").await;
    let bread = list.add("bread").await;
    list.delete(&milk["id"]).await;
    let changes = list.changes(2).await;
    assert_eq!(
        (&changes["head"], &changes["reset"]),
        (&json!(4), &json!(false))
    );
    let changes = changes["changes"].as_array().expect("an array");
    assert_eq!(changes[0], json!({ "event": "updated", "data": bread }));
    assert_eq!(changes[1]["event"], "destroyed");
    assert_eq!(changes[1]["data"]["id"], milk["id"]);
    assert_eq!(changes.len(), 2);

    let beyond = list.changes(100).await;
    assert_eq!(
        (&beyond["head"], &beyond["reset"]),
        (&json!(4), &json!(true))
    );
    let whole = list.get("/changes.json").await.expect(200).await;
    assert_eq!(whole, beyond, "without a cursor it is the whole list");
    list.get("/changes?since=x").await.expect_problem(400);
}

#[tokio::test]
async fn markup_and_sql_are_text() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let texts = [
        "'; drop table items; --",
        "\" or 1=1 --",
        "<script>alert(1)</script>",
        "</script><img src=x onerror=alert(1)>",
        "{{7*7}} ${7*7} %s \\u0000 \u{1f6b2} \u{202e}",
    ];
    for text in texts {
        assert_eq!(list.add(text).await["shortdesc"], text);
    }
    assert_eq!(list.texts().await, texts);
    let page = app.get(&format!("/{}", list.token)).await;
    assert_eq!(page.status, 200);
    assert!(!page.text.contains("<script>alert"), "markup is escaped");
    assert!(
        !page.text.contains("<img src=x"),
        "markup is escaped, in the page's data too"
    );
}

#[tokio::test]
async fn the_lists_own_row_is_not_an_item() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let id = list.get("").await.expect(200).await["id"].clone();
    list.delete(&id).await.expect_problem(404);
    list.patch(&id, &json!({ "shortdesc": "x" }))
        .await
        .expect_problem(404);
    list.post(&json!({ "id": id, "shortdesc": "x" }))
        .await
        .expect_problem(404);
    assert_eq!(list.get("").await.status, 200);
}
