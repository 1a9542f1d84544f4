//! Limits per client.

use reqwest::Method;
use serde_json::json;
use tokio::io::AsyncReadExt as _;
use tokio_tungstenite::{connect_async, tungstenite::Error};
use uuid::Uuid;

use crate::client::{Answer, TestApp, connection, destroy, push, soon};

#[tokio::test]
async fn new_lists_are_limited_and_nothing_else() {
    let app = TestApp::start_with(&["--lists-per-minute=3"]).await;
    let list = app.list().await;
    for path in ["/api/lists", "/api/lists.json"] {
        let made = Answer::of(app.request(Method::POST, path)).await;
        assert_eq!(made.status, 201, "{path}");
    }
    for path in ["/api/lists", "/api/lists.json", "/rpc/create_list"] {
        let refused = Answer::of(app.request(Method::POST, path)).await;
        refused.expect_problem(429);
        let wait: u64 = refused.header("retry-after").parse().expect("seconds");
        assert!((1..=20).contains(&wait), "one in twenty seconds: {wait}");
    }
    let form = app
        .request(Method::POST, "/rpc/create_list")
        .header("accept", "text/html");
    let page = Answer::of(form).await;
    assert_eq!(page.status, 429);
    assert!(page.text.contains("Please wait a moment"), "{}", page.text);
    assert!(!page.header("retry-after").is_empty());

    list.add("milk").await;
    assert_eq!(app.get("/").await.status, 200);
    app.socket().await.subscribe(&list.channel()).await;
}

#[tokio::test]
async fn writes_are_limited_by_number_and_size() {
    let app = TestApp::start_with(&["--writes-per-minute=40"]).await;
    let list = app.list().await;
    for n in 0..10 {
        list.add(&format!("item {n}")).await;
    }
    // 60,000 bytes, which count as three more requests.
    let large = json!({ "shortdesc": "x", "longdesc": "\u{20ac}".repeat(19_999) });
    for _ in 0..3 {
        list.post(&large).await.expect(201).await;
    }
    let refused = loop {
        let answer = list.post(&json!({ "shortdesc": "x" })).await;
        if answer.status != 201 {
            break answer;
        }
    };
    refused.expect_problem(429);
    let deleted = Answer::of(list.request(Method::DELETE, "")).await;
    deleted.expect_problem(429);
    // The app treats this as a temporary failure, and keeps what is pending.
    let pushed = list.push(&push(Uuid::now_v7(), 1, [])).await;
    assert_eq!((pushed.status, pushed.json()), (429, json!("unavailable")));
    // 13 items cost 22; the other 18 allow one each, plus a few that were refilled meanwhile.
    let items = list.items().await.len();
    assert!((31..39).contains(&items), "{items}");
    let made = Answer::of(app.request(Method::POST, "/api/lists")).await;
    assert_eq!(made.status, 201, "lists have a rate of their own");
}

/// The status of the answer to a request in these words.
async fn status_of(app: &TestApp, request: &str) -> u16 {
    let mut stream = connection(&app.origin, request).await;
    let mut head = [0; 12];
    // A refusal may be lost when the connection is closed with part of the request unread.
    let is_answered = soon("a status", stream.read_exact(&mut head)).await.is_ok();
    let status = std::str::from_utf8(&head[9..]).expect("a number");
    if is_answered {
        status.parse().expect("a number")
    } else {
        429
    }
}

#[tokio::test]
async fn a_body_costs_the_same_whether_or_not_its_length_is_told() {
    // Twelve pieces of 16 KiB, in JSON that has a field that nobody asks for.
    let body = format!("{{\"x\":\"{}\"}}", "x".repeat(200_000));
    let told = format!("Content-Length: {}\r\n\r\n{body}", body.len());
    let untold = format!(
        "Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n0\r\n\r\n",
        body.len()
    );
    for body in [told, untold] {
        let app = TestApp::start_with(&["--writes-per-minute=45"]).await;
        let list = app.list().await;
        let request = format!(
            "PUT /api/lists/{} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{body}",
            list.token
        );
        let mut statuses = Vec::new();
        for _ in 0..4 {
            statuses.push(status_of(&app, &request).await);
        }
        assert_eq!(statuses, [200, 200, 200, 429], "{}", &request[..120]);
    }
}

#[tokio::test]
async fn a_body_that_is_announced_as_far_too_large_is_called_that() {
    let app = TestApp::start().await;
    let list = app.list().await;
    for path in [
        "/api/lists",
        &format!("/api/lists/{}/items", list.token),
        "/rpc/push",
    ] {
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
             Content-Length: 99999999999999\r\n\r\n{{"
        );
        assert_eq!(status_of(&app, &request).await, 413, "{path}");
    }
    list.add("milk").await;
}

#[tokio::test]
async fn reads_have_a_rate_and_all_else_goes_on() {
    let app = TestApp::start_with(&["--reads-per-minute=5"]).await;
    let list = app.list().await;
    for _ in 0..5 {
        list.get("").await.expect(200).await;
    }
    list.get("").await.expect_problem(429);
    assert_eq!(app.get(&format!("/{}", list.token)).await.status, 429);
    list.add("milk").await;
    assert_eq!(app.get("/healthz").await.status, 200);
    app.socket().await.subscribe(&list.channel()).await;
}

/// The status of a socket that is refused.
async fn refused_socket(app: &TestApp) -> u16 {
    match connect_async(&socket_url(app)).await {
        Err(Error::Http(answer)) => {
            assert!(answer.headers().contains_key("retry-after"));
            answer.status().as_u16()
        }
        other => panic!("not refused: {other:?}"),
    }
}

fn socket_url(app: &TestApp) -> String {
    format!(
        "{}/app/tandem?protocol=7",
        app.origin.replacen("http", "ws", 1)
    )
}

#[tokio::test]
async fn new_sockets_are_limited() {
    let app = TestApp::start_with(&["--sockets-per-minute=3"]).await;
    for _ in 0..3 {
        app.socket().await;
    }
    assert_eq!(refused_socket(&app).await, 429);
    app.list().await.add("milk").await;
}

#[tokio::test]
async fn the_sockets_of_a_client_are_bounded() {
    let app = TestApp::start_with(&["--max-sockets-per-address=2"]).await;
    let _sockets = [app.socket().await, app.socket().await];
    assert_eq!(refused_socket(&app).await, 429);
}

#[tokio::test]
async fn a_closed_socket_frees_its_place() {
    let app = TestApp::start_with(&["--max-sockets-per-address=1"]).await;
    for _ in 0..3 {
        soon("a place", async {
            while connect_async(&socket_url(&app)).await.is_err() {
                tokio::task::yield_now().await;
            }
        })
        .await;
    }
}

#[tokio::test]
async fn limits_can_be_turned_off() {
    let off = [
        "--lists-per-minute=0",
        "--writes-per-minute=0",
        "--sockets-per-minute=0",
    ];
    let app = TestApp::start_with(&off).await;
    for _ in 0..400 {
        app.list().await;
    }
}

#[tokio::test]
async fn a_nearly_full_disk_is_read_and_not_written() {
    let before = TestApp::start().await;
    let list = before.list().await;
    let id = list.add("milk").await["id"].clone();
    // No disk has this much.
    let floor = format!("--min-free-disk={}", u64::MAX);
    let app = before.restart(&[&floor]).await;
    let list = list.at(&app.origin);

    for refused in [
        list.post(&json!({ "shortdesc": "bread" })).await,
        list.patch(&id, &json!({ "isdone": true })).await,
        list.delete(&id).await,
        list.rename("Other").await,
        Answer::of(app.request(Method::POST, "/api/lists")).await,
    ] {
        let problem = refused.expect_problem(503);
        assert_eq!(problem["code"], "storage_full");
        assert!(refused.header("retry-after").parse::<u64>().is_ok());
    }
    let client = Uuid::now_v7();
    let refused = list.push(&push(client, 1, [destroy(&id)])).await;
    assert_eq!(
        (refused.status, refused.json()),
        (503, json!("storage_full"))
    );
    assert_eq!(refused.header("retry-after"), "10");
    let form = app
        .request(Method::POST, "/rpc/create_item")
        .header("accept", "text/html")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!("token={}&shortdesc=bread", list.token));
    let page = Answer::of(form).await;
    assert_eq!(page.status, 503);
    assert!(page.text.contains("disk space"), "{}", page.text);

    list.push(&push(client, 1, [])).await.expect(200).await;
    assert_eq!(list.texts().await, ["milk"]);
    assert_eq!(app.get(&format!("/{}", list.token)).await.status, 200);
    let mut socket = app.socket().await;
    assert_eq!(
        socket.subscribe_since(&list.channel(), 0).await["head"],
        list.head().await
    );
}
