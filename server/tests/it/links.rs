//! What links allow, and that reading changes nothing.

use reqwest::Method;
use serde_json::json;
use sqlx::Row as _;
use sync::pusher::ServerFrame;
use uuid::Uuid;

use crate::client::{Answer, TestApp, create, push, update};

#[tokio::test]
async fn the_view_link_reads_and_never_writes() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let id = list.add("milk").await["id"].clone();
    let viewed = list.viewed();
    let head = list.head().await;

    let path = format!("/items/{}", id.as_str().expect("an id"));
    let title = json!({ "title": "Mine" });
    viewed
        .post(&json!({ "shortdesc": "x" }))
        .await
        .expect_problem(403);
    viewed
        .patch(&id, &json!({ "isdone": true }))
        .await
        .expect_problem(403);
    Answer::of(viewed.request(Method::PUT, &path).json(&json!({})))
        .await
        .expect_problem(403);
    viewed.delete(&id).await.expect_problem(403);
    viewed.rename("Mine").await.expect_problem(403);
    Answer::of(viewed.request(Method::PUT, "").json(&title))
        .await
        .expect_problem(403);
    viewed.destroy().await.expect_problem(403);

    for op in [
        create(Uuid::now_v7(), "x"),
        update(&id, &json!({ "isdone": true })),
    ] {
        let answer = viewed.push(&push(Uuid::now_v7(), 1, [op])).await;
        assert_eq!((answer.status, &*answer.text), (403, "\"read_only\""));
    }
    for (function, form) in [
        ("create_item", "shortdesc=x".to_owned()),
        (
            "update_item",
            format!("id={}&isdone=true", id.as_str().expect("an id")),
        ),
        (
            "destroy_item",
            format!("id={}", id.as_str().expect("an id")),
        ),
        ("update_list", "title=x".to_owned()),
    ] {
        let request = app
            .request(Method::POST, &format!("/rpc/{function}"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(format!("token={}&{form}", viewed.token));
        assert_eq!(Answer::of(request).await.status, 403, "{function}");
    }
    let destroy = app.request(Method::POST, "/rpc/destroy_list");
    let destroy = Answer::of(destroy.json(&json!({ "token": viewed.token }))).await;
    assert_eq!(destroy.status, 403);
    assert_eq!(list.head().await, head);

    assert_eq!(viewed.items().await.len(), 1);
    viewed
        .push(&push(Uuid::now_v7(), 1, []))
        .await
        .expect(200)
        .await;
    let mut socket = app.socket().await;
    assert_eq!(socket.subscribe(&viewed.channel()).await, head);
    list.add("bread").await;
    assert_eq!(socket.expect_event("created").await["shortdesc"], "bread");
}

#[tokio::test]
async fn a_deleted_list_is_unknown_by_either_link_to_every_request() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let id = list.add("milk").await["id"].clone();
    let viewed = list.viewed();
    // The server has cached both links.
    assert_eq!(viewed.items().await.len(), 1);
    viewed.rename("Mine").await.expect_problem(403);
    list.destroy().await.expect(204).await;

    let id = id.as_str().expect("an id");
    let item = format!("/items/{id}");
    let restore = format!("{item}/restore");
    for link in [&list, &viewed] {
        let token = &link.token;
        for (method, path) in [
            (Method::GET, ""),
            (Method::PUT, ""),
            (Method::PATCH, ""),
            (Method::DELETE, ""),
            (Method::GET, "/items"),
            (Method::POST, "/items"),
            (Method::GET, &*item),
            (Method::PUT, &*item),
            (Method::PATCH, &*item),
            (Method::DELETE, &*item),
            (Method::POST, &*restore),
            (Method::GET, "/trash"),
            (Method::GET, "/changes?since=0"),
            (Method::GET, "/changes"),
        ] {
            let request = link.request(method.clone(), path);
            let request = request.json(&json!({ "title": "x", "shortdesc": "x" }));
            let answer = Answer::of(request).await;
            assert_eq!(answer.status, 404, "{method} {path}: {}", answer.text);
        }
        for (function, fields) in [
            ("update_list", "title=x".to_owned()),
            ("create_item", "shortdesc=x".to_owned()),
            ("update_item", format!("id={id}&isdone=true")),
            ("destroy_item", format!("id={id}")),
            ("restore_item", format!("id={id}")),
        ] {
            let request = app
                .request(Method::POST, &format!("/rpc/{function}"))
                .header("content-type", "application/x-www-form-urlencoded")
                .body(format!("token={token}&{fields}"));
            assert_eq!(Answer::of(request).await.status, 404, "{function}");
        }
        for function in ["open_list", "open_trash", "destroy_list"] {
            let request = app.request(Method::POST, &format!("/rpc/{function}"));
            let request = request.json(&json!({ "token": token }));
            assert_eq!(Answer::of(request).await.status, 404, "{function}");
        }
        for ops in [vec![], vec![create(Uuid::now_v7(), "x")]] {
            // The app is told of the deletion, since nothing else makes a browser forget the list.
            let answer = link.push(&push(Uuid::now_v7(), 1, ops)).await;
            assert_eq!((answer.status, &*answer.text), (404, "\"destroyed_list\""));
        }
        for path in [
            "",
            "/active",
            "/trash",
            "/export.md",
            "/export.json",
            "/print",
            "/import",
        ] {
            assert_eq!(
                app.get(&format!("/{token}{path}")).await.status,
                404,
                "{path}"
            );
        }
        let mut socket = app.socket().await;
        let refused = socket.try_subscribe(&link.channel(), Some(0)).await;
        assert!(
            matches!(refused, ServerFrame::SubscriptionError { status: 404, .. }),
            "{refused:?}"
        );
    }
}

#[tokio::test]
async fn reading_writes_nothing() {
    let app = TestApp::start().await;
    let list = app.list().await;
    list.add("milk").await;
    let before = rows(&app).await;

    assert_eq!(app.get("/").await.status, 200);
    assert_eq!(app.get(&format!("/{}", list.token)).await.status, 200);
    assert_eq!(
        app.get(&format!("/{}/active", list.token)).await.status,
        200
    );
    assert_eq!(app.get("/unknown").await.status, 404);
    assert_eq!(app.get("/unknown/active").await.status, 404);
    assert_eq!(app.get("/rpc/create_list").await.status, 404);
    app.get("/api/lists/unknown").await.expect_problem(404);
    list.changes(0).await;
    list.push(&push(Uuid::now_v7(), 1, []))
        .await
        .expect(200)
        .await;
    let mut socket = app.socket().await;
    socket.subscribe_since(&list.channel(), 0).await;
    socket.try_subscribe("list-unknown", Some(0)).await;

    assert_eq!(rows(&app).await, before);
}

#[tokio::test]
async fn another_site_cannot_make_a_browser_write() {
    let app = TestApp::start().await;
    let list = app.list().await;
    for path in ["/rpc/create_list", "/api/lists"] {
        let post = |name: &'static str, value: &str| {
            Answer::of(app.request(Method::POST, path).header(name, value))
        };
        post("sec-fetch-site", "cross-site")
            .await
            .expect_problem(403);
        post("origin", "https://other.example")
            .await
            .expect_problem(403);
        post("origin", "null").await.expect_problem(403);
        assert!(post("origin", &app.origin).await.status < 400);
        assert!(post("sec-fetch-site", "same-origin").await.status < 400);
    }
    let reading = list
        .request(Method::GET, "/items")
        .header("sec-fetch-site", "cross-site");
    assert_eq!(Answer::of(reading).await.status, 200);
}

/// Returns the number of rows of each table.
async fn rows(app: &TestApp) -> Vec<(String, i64)> {
    let mut connection = app.connect().await;
    let tables = "select name from sqlite_master where type = 'table' order by name";
    let tables = sqlx::query(tables)
        .fetch_all(&mut connection)
        .await
        .expect("tables");
    let mut counts = Vec::new();
    for table in tables {
        let name: String = table.get(0);
        let count = sqlx::AssertSqlSafe(format!("select count(*) from {name}"));
        let count = sqlx::query(count)
            .fetch_one(&mut connection)
            .await
            .expect("a number");
        counts.push((name, count.get(0)));
    }
    assert!(counts.len() >= 4, "{counts:?}");
    counts
}

#[tokio::test]
async fn an_unknown_list_is_not_reported_as_deleted() {
    let app = TestApp::start().await;
    let unknown = json!({
        "token": "a-token-that-never-was",
        "socket_id": null,
        "push": push(Uuid::now_v7(), 1, []),
    });
    let answer = Answer::of(app.request(Method::POST, "/rpc/push").json(&unknown)).await;
    assert_eq!((answer.status, &*answer.text), (404, "\"unknown_list\""));
}
