//! Errors are problem details, without anything internal.

use reqwest::{Method, header::CONTENT_TYPE};
use serde_json::json;

use crate::client::{Answer, TestApp, connection, status};

#[tokio::test]
async fn values_of_the_wrong_type_are_named() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let id = list.add("milk").await["id"].clone();
    for (body, field) in [
        (json!({ "shortdesc": 7 }), "shortdesc"),
        (json!({ "shortdesc": null }), "shortdesc"),
        (json!({ "longdesc": [] }), "longdesc"),
        (json!({ "isdone": "yes" }), "isdone"),
        (json!({ "isdone": null }), "isdone"),
        (json!({ "after": "first" }), "after"),
    ] {
        let problem = list.patch(&id, &body).await.expect_problem(422);
        assert!(
            problem["detail"]
                .as_str()
                .is_some_and(|text| text.contains(field)),
            "{problem}"
        );
    }
    list.post(&json!({ "id": "7", "shortdesc": "x" }))
        .await
        .expect_problem(422);
    list.post(&json!([])).await.expect_problem(422);
    assert_eq!(list.items().await.len(), 1);
}

#[tokio::test]
async fn texts_that_are_blank_or_too_long_are_refused_with_their_limit() {
    let app = TestApp::start().await;
    let list = app.list().await;
    for body in [json!({ "shortdesc": " \u{a0}\n" }), json!({})] {
        let problem = list.post(&body).await.expect_problem(422);
        assert_eq!(
            (&problem["code"], &problem["field"]),
            (&json!("blank"), &json!("shortdesc"))
        );
    }
    let long = list
        .post(&json!({ "shortdesc": "\u{fc}".repeat(2_001) }))
        .await;
    let problem = long.expect_problem(422);
    assert_eq!(
        (&problem["code"], &problem["limit"], &problem["length"]),
        (&json!("too_long"), &json!(2_000), &json!(2_001))
    );
    list.add(&"\u{1f6b2}".repeat(2_000)).await;
    let notes = json!({ "shortdesc": "x", "longdesc": "\u{1f6b2}".repeat(20_000) });
    list.post(&notes).await.expect(201).await;
}

#[tokio::test]
async fn each_error_is_a_problem() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let send = |method: Method, path: &'static str, kind: &'static str, body: String| {
        let request = list
            .request(method, path)
            .header(CONTENT_TYPE, kind)
            .body(body);
        Answer::of(request)
    };
    let json = "application/json";
    send(Method::POST, "/items", json, "{".to_owned())
        .await
        .expect_problem(400);
    send(Method::POST, "/items", json, String::new())
        .await
        .expect_problem(400);
    send(Method::POST, "/items", json, "\u{0}".repeat(9))
        .await
        .expect_problem(400);
    send(Method::POST, "/items", "text/plain", "{}".to_owned())
        .await
        .expect_problem(415);
    send(Method::POST, "/items", json, "[".repeat(100_000))
        .await
        .expect_problem(400);
    send(Method::POST, "/items", json, " ".repeat(600_000))
        .await
        .expect_problem(413);
    send(Method::DELETE, "/items", json, String::new())
        .await
        .expect_problem(405);
    for path in [
        "/api",
        "/api/nothing",
        "/api/lists/x/y/z",
        "/api/lists/unknown",
    ] {
        app.get(path).await.expect_problem(404);
    }
    list.get("/items/not-an-id").await.expect_problem(404);
    list.get("/nothing").await.expect_problem(404);
    Answer::of(app.request(Method::GET, "/api/lists"))
        .await
        .expect_problem(405);
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_not_called_too_large() {
    let app = TestApp::start().await;
    for path in ["/api/lists", "/rpc/push"] {
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
             Transfer-Encoding: chunked\r\n\r\nzz\r\n"
        );
        let mut stream = connection(&app.origin, &request).await;
        assert_eq!(status(&mut stream).await, 400, "{path}");
    }
}

#[tokio::test]
async fn an_address_that_cannot_be_read_is_no_page() {
    let app = TestApp::start().await;
    let list = app.list().await;
    for path in [
        &format!("/{}/imported/zzz", list.token),
        "/%ff/print",
        "/%ff/export.md",
        "/%ff/import",
    ] {
        for (language, said) in [("en", "nothing at this address"), ("de", "Adresse")] {
            let request = app.request(Method::GET, path);
            let page = Answer::of(request.header("accept-language", language)).await;
            assert_eq!(page.status, 404, "{path}");
            assert!(page.text.contains(said), "{path}: {}", page.text);
            assert!(!page.text.contains("Invalid URL"), "{path}: {}", page.text);
        }
    }
}
