//! Large lists: what is too much for a socket is read over HTTP, completely.

use futures_util::future::join_all;
use serde_json::{Value, json};
use sync::pusher::ServerFrame;
use tokio::{
    io::AsyncWriteExt as _,
    net::{TcpSocket, TcpStream},
};
use uuid::Uuid;

use crate::client::{TestApp, TestList, push, soon, status};

/// Adds items with notes of 60 KB each.
async fn fill(list: &TestList, items: u64) {
    let client = Uuid::now_v7();
    for seq in 1..=items {
        let item = json!({
            "shortdesc": format!("item {seq}."),
            "longdesc": "\u{20ac}".repeat(20_000),
        });
        let create = json!({ "create": { "id": Uuid::now_v7(), "draft": { "item": item } } });
        let mut push = push(client, seq, [create]);
        // Only what is new comes back.
        push["since"] = json!(seq);
        list.push(&push).await.expect(200).await;
    }
}

#[tokio::test]
async fn too_much_for_a_socket_leaves_a_gap_and_is_read_over_http() {
    let app = TestApp::start().await;
    let list = app.list().await;
    fill(&list, 5).await;
    let mut socket = app.socket().await;
    let told = socket.subscribe_since(&list.channel(), 1).await;
    assert_eq!((&told["head"], &told["reset"]), (&json!(1), &json!(false)));
    assert_eq!(told["changes"], json!([]));
    let newest = socket.expect_event("updated").await;
    assert_eq!(
        (&newest["version"], &newest["shortdesc"]),
        (&json!(6), &json!("item 5."))
    );

    let missed = list.changes(1).await;
    assert_eq!(missed["head"], 6);
    assert_eq!(missed["changes"].as_array().map(Vec::len), Some(5));
    list.add("live").await;
    assert_eq!(socket.expect_event("created").await["version"], 7);

    let mut other = app.socket().await;
    let told = other.subscribe_since(&list.channel(), 4).await;
    let changes = told["changes"].as_array().expect("an array");
    let versions: Vec<_> = changes
        .iter()
        .map(|change| &change["data"]["version"])
        .collect();
    assert_eq!(versions, [5, 6, 7], "so much is told at once");
}

#[tokio::test]
async fn a_client_that_would_see_no_gap_is_told_to_retry() {
    let app = TestApp::start().await;
    let list = app.list().await;
    fill(&list, 5).await;
    let mut socket = app.socket().await;
    match socket.try_subscribe(&list.channel(), Some(1_000)).await {
        ServerFrame::SubscriptionError { status, .. } => assert_eq!(status, 503),
        other => panic!("no refusal: {other:?}"),
    }
    // It reads over HTTP, and then has a cursor of this epoch.
    let missed = list.changes(1_000).await;
    assert_eq!(missed["reset"], true);
    let told = socket.subscribe_since(&list.channel(), 6).await;
    assert_eq!((&told["head"], &told["changes"]), (&json!(6), &json!([])));
}

#[tokio::test(flavor = "multi_thread")]
async fn many_clients_at_once_get_a_long_list_complete_in_every_form() {
    let app = TestApp::start().await;
    let list = app.list().await;
    fill(&list, 20).await;
    let paths =
        ["", "/export.json", "/export.md", "/print"].map(|path| format!("/{}{path}", list.token));
    let paths = paths.iter().cycle().take(16);
    let pages = join_all(paths.map(|path| app.get(path))).await;
    for page in pages {
        assert_eq!(page.status, 200);
        for item in 1..=20 {
            assert!(
                page.text.contains(&format!("item {item}.")),
                "item {item} is missing"
            );
        }
        assert!(page.text.len() > 20 * 60_000);
    }
    let items: Vec<Value> = list.items().await;
    assert_eq!(items.len(), 20);
}

/// A request whose client takes in very little of the answer, and reads only its status.
async fn status_of(origin: &str, path: &str) -> (TcpStream, u16) {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(4096).expect("a smaller buffer");
    let host = origin.strip_prefix("http://").expect("an origin");
    let mut stream = socket
        .connect(host.parse().expect("an address"))
        .await
        .expect("a connection");
    let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n");
    stream
        .write_all(request.as_bytes())
        .await
        .expect("it is sent");
    let status = status(&mut stream).await;
    (stream, status)
}

#[tokio::test(flavor = "multi_thread")]
async fn who_reads_no_trash_that_it_has_asked_for_cannot_have_it_as_often_as_it_likes() {
    // One client may have 128 MiB of answers on their way.
    const ANSWERS: usize = 128 / 6;
    let app = TestApp::start().await;
    let list = app.list().await;
    fill(&list, 105).await;
    for item in list.items().await {
        assert_eq!(list.delete(&item["id"]).await.status, 204);
    }
    let trash = format!("/api/lists/{}/trash", list.token);
    assert!(app.get(&trash).await.text.len() > 6 << 20);
    let mut held = Vec::new();
    let mut answered = 0;
    while answered <= ANSWERS {
        let (stream, status) = status_of(&app.origin, &trash).await;
        held.push(stream);
        if status != 200 {
            assert_eq!(status, 503);
            break;
        }
        answered += 1;
    }
    assert!((10..=ANSWERS).contains(&answered), "{answered} answers");
    // Pages count as well. Small requests go on.
    let (_page, status) = status_of(&app.origin, &format!("/{}/trash", list.token)).await;
    assert_eq!(status, 503);
    list.add("milk").await;
    drop(held);
    soon("room", async {
        while app.get(&trash).await.status != 200 {
            tokio::task::yield_now().await;
        }
    })
    .await;
}
