//! A client that does not read is cut, and delays nobody.

use serde_json::json;
use sync::pusher::close;
use uuid::Uuid;

use crate::client::{TestApp, TestSocket, push, update};

#[tokio::test]
async fn a_slow_client_is_told_to_reconnect_and_the_others_get_everything() {
    // Each frame has about 60 KB, which soon fills the buffers of the kernel and the server.
    const PUSHES: u64 = 20;
    const OPS: u64 = 10;
    let app = TestApp::start().await;
    let list = app.list().await;
    let id = list.add("long").await["id"].clone();
    let mut slow = TestSocket::connect_narrow(&app.origin).await;
    slow.subscribe(&list.channel()).await;
    let mut quick = app.socket().await;
    quick.subscribe(&list.channel()).await;
    let head = 2 + PUSHES * OPS;

    let client = Uuid::now_v7();
    for round in 0..PUSHES {
        let ops = (0..OPS).map(|number| {
            let letter = char::from(b'a' + ((round + number) % 26) as u8);
            let notes = format!("{letter}{}", "\u{20ac}".repeat(19_999));
            update(&id, &json!({ "longdesc": notes }))
        });
        let mut push = push(client, 1 + round * OPS, ops);
        push["since"] = json!(2 + round * OPS);
        list.push(&push).await.expect(200).await;
        for number in 0..OPS {
            let row = quick.expect_event("updated").await;
            assert_eq!(row["version"], 3 + round * OPS + number);
        }
    }

    assert_eq!(slow.expect_close().await, close::RECONNECT);
    let mut again = app.socket().await;
    let catch_up = again.subscribe_since(&list.channel(), 2).await;
    assert_eq!(catch_up["head"], head);
    assert_eq!(catch_up["changes"].as_array().map(Vec::len), Some(1));
}
