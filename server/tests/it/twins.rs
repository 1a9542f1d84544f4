//! Two servers on one file: each publishes what the other writes.

use serde_json::json;
use sync::pusher::close;

use crate::client::{TestApp, TestSocket};

#[tokio::test(flavor = "multi_thread")]
async fn each_publishes_the_others_changes_in_order_and_once() {
    let app = TestApp::start().await;
    let twin = app.beside().await;
    let list = app.list().await;
    let mut sockets = [
        TestSocket::connect(&app.origin).await,
        TestSocket::connect(&twin.origin).await,
    ];
    for socket in &mut sockets {
        assert_eq!(socket.subscribe(&list.channel()).await, 1);
    }
    list.add("here").await;
    sockets[0].expect_event("created").await;
    let heard = sockets[1].expect_event("updated").await;
    assert_eq!(
        (&heard["shortdesc"], &heard["version"]),
        (&json!("here"), &json!(2))
    );

    let there = list.at(&twin.origin);
    let writes = async |list: &crate::client::TestList| {
        for n in 0..20 {
            list.add(&format!("item {n}")).await;
        }
    };
    tokio::join!(writes(&list), writes(&there));
    for socket in &mut sockets {
        for version in 3..=42 {
            let (name, row) = socket.next_event().await;
            assert_eq!(row["version"], version, "{name}");
        }
    }
    // Nothing else arrives before what is created next.
    there.add("last").await;
    for socket in &mut sockets {
        assert_eq!(socket.next_event().await.1["shortdesc"], "last");
    }
    assert_eq!(list.head().await, 43);
}

#[tokio::test]
async fn a_socket_gets_no_echo_even_if_others_write_in_between() {
    let app = TestApp::start().await;
    let twin = app.beside().await;
    let list = app.list().await;
    let mut socket = TestSocket::connect(&app.origin).await;
    socket.subscribe(&list.channel()).await;
    let (own, there) = (list.by_socket(&socket.id), list.at(&twin.origin));
    for n in 0..5 {
        there.add(&format!("theirs {n}")).await;
        own.add(&format!("mine {n}")).await;
    }
    list.add("end").await;
    let mut heard = Vec::new();
    while heard.last().is_none_or(|last| last != "end") {
        let (_, row) = socket.next_event().await;
        heard.push(row["shortdesc"].as_str().expect("a text").to_owned());
    }
    let theirs = [
        "theirs 0", "theirs 1", "theirs 2", "theirs 3", "theirs 4", "end",
    ];
    assert_eq!(heard, theirs);
}

#[tokio::test]
async fn a_list_that_the_other_deletes_is_gone_here_too() {
    let app = TestApp::start().await;
    let twin = app.beside().await;
    let list = app.list().await;
    let item = list.add("milk").await;
    let mut socket = TestSocket::connect(&app.origin).await;
    socket.subscribe(&list.channel()).await;
    twin.request(
        reqwest::Method::DELETE,
        &format!("/api/lists/{}", list.token),
    )
    .send()
    .await
    .expect("an answer")
    .error_for_status()
    .expect("it is deleted");
    socket.expect_event("list:destroyed").await;
    let path = format!("/items/{}", item["id"].as_str().expect("an id"));
    for path in ["", "/items", &path, "/changes?since=1", "/trash"] {
        list.get(path).await.expect_problem(404);
    }
    list.post(&json!({ "shortdesc": "bread" }))
        .await
        .expect_problem(404);
    let mut late = TestSocket::connect(&app.origin).await;
    let refused = late.try_subscribe(&list.channel(), Some(0)).await;
    assert!(matches!(
        refused,
        sync::pusher::ServerFrame::SubscriptionError { status: 404, .. }
    ));
    assert_eq!(app.get(&format!("/{}", list.token)).await.status, 404);
}

#[tokio::test]
async fn a_list_that_cannot_be_read_holds_up_no_other() {
    let app = TestApp::start().await;
    let twin = app.beside().await;
    let list = app.list().await;
    let mut socket = app.socket().await;
    socket.subscribe(&list.channel()).await;
    // In whatever order they are looked at.
    let mut spoiled = Vec::new();
    for _ in 0..8 {
        let other = app.list().await;
        other.add("milk").await;
        let mut socket = app.socket().await;
        socket.subscribe(&other.channel()).await;
        spoiled.push(socket);
    }
    let mut connection = app.connect().await;
    for statement in [
        "begin immediate",
        "update items set id = 'no id', version = version + 1",
        "update lists set version = version + 1, revision = revision + 1
         where id in (select list_id from items)",
        "commit",
    ] {
        let done = sqlx::query(statement).execute(&mut connection).await;
        done.expect("it can be spoiled");
    }
    list.at(&twin.origin).add("bread").await;
    assert_eq!(socket.expect_event("updated").await["shortdesc"], "bread");
    // Who listens to one of them comes back, and is told that it cannot be read.
    for mut socket in spoiled {
        assert_eq!(socket.expect_close().await, close::RECONNECT);
    }
}
