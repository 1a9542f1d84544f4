//! The Pusher Channels protocol, as any client sees it.

use serde_json::{Value, json};
use sync::pusher::{ServerFrame, close};

use crate::client::{TestApp, TestSocket, close_code};

#[tokio::test]
async fn a_wrong_key_or_protocol_is_reported_and_closes_with_its_code() {
    let app = TestApp::start().await;
    for (path, code) in [
        ("/app/unknown?protocol=7", close::UNKNOWN_KEY),
        ("/app/unknown", close::UNKNOWN_KEY),
        ("/app/tandem?protocol=4", close::UNSUPPORTED_PROTOCOL),
        ("/app/tandem?protocol=8", close::UNSUPPORTED_PROTOCOL),
        ("/app/tandem?protocol=seven", close::UNSUPPORTED_PROTOCOL),
        ("/app/tandem?protocol=", close::UNSUPPORTED_PROTOCOL),
    ] {
        let mut stream = TestSocket::open(&app.origin, path, None).await;
        let (texts, closed) = close_code(&mut stream).await;
        assert_eq!(closed, code, "{path}");
        assert_eq!(texts.len(), 1);
        match ServerFrame::parse(&texts[0]).expect("a frame") {
            ServerFrame::Error { code: said, .. } => assert_eq!(said, Some(code)),
            other => panic!("no error: {other:?}"),
        }
    }
}

#[tokio::test]
async fn older_protocols_and_none_are_served_as_version_7() {
    let app = TestApp::start().await;
    let list = app.list().await;
    for query in [
        "?client=java-client&protocol=5&version=2.4.4",
        "?client=Pysher&version=1.0.8&protocol=6",
        "?protocol=7",
        "",
    ] {
        let mut socket = TestSocket::connect_to(&app.origin, &format!("/app/tandem{query}")).await;
        let head = socket.subscribe(&list.channel()).await;
        let item = list.add("milk").await;
        let told = socket.expect_event("created").await;
        assert_eq!(told, item, "{query}");
        assert_eq!(told["version"], head + 1, "{query}");
    }
}

#[tokio::test]
async fn data_is_a_json_text_on_the_wire() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let mut stream = TestSocket::open(
        &app.origin,
        "/app/tandem?protocol=7&client=js&version=8.4.0",
        None,
    )
    .await;
    let mut frame = async |send: Option<Value>| -> Value {
        use futures_util::{SinkExt, StreamExt};
        if let Some(frame) = send {
            stream
                .send(frame.to_string().into())
                .await
                .expect("an open socket");
        }
        let message = crate::client::soon("a frame", stream.next())
            .await
            .expect("an open socket");
        let text = message.expect("no error").into_text().expect("text");
        serde_json::from_str(&text).expect("JSON")
    };
    let hello = frame(None).await;
    assert_eq!(hello["event"], "pusher:connection_established");
    let data: Value = serde_json::from_str(hello["data"].as_str().expect("a text")).expect("JSON");
    assert_eq!(data["activity_timeout"], 15);

    let data = json!({ "auth": "", "channel": list.channel() });
    let answer = frame(Some(json!({ "event": "pusher:subscribe", "data": data }))).await;
    assert_eq!(answer["event"], "pusher_internal:subscription_succeeded");
    assert_eq!(answer["channel"], list.channel().as_str());
    let data: Value = serde_json::from_str(answer["data"].as_str().expect("a text")).expect("JSON");
    assert_eq!(data["head"], 1);

    let pong = frame(Some(json!({ "event": "pusher:ping", "data": {} }))).await;
    assert_eq!(pong["event"], "pusher:pong");

    let item = list.add("milk").await;
    let event = frame(None).await;
    assert_eq!(event["event"], "created");
    assert_eq!(event["channel"], list.channel().as_str());
    let data: Value = serde_json::from_str(event["data"].as_str().expect("a text")).expect("JSON");
    assert_eq!(data, item);
}

#[tokio::test]
async fn an_unknown_list_is_refused_and_the_socket_stays_open() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let mut socket = app.socket().await;
    match socket.try_subscribe("list-unknown", Some(0)).await {
        ServerFrame::SubscriptionError {
            channel,
            kind,
            status,
            ..
        } => {
            assert_eq!(
                (&*channel, &*kind, status),
                ("list-unknown", "NotFound", 404)
            );
        }
        other => panic!("not refused: {other:?}"),
    }
    socket.subscribe(&list.channel()).await;
}

#[tokio::test]
async fn a_malformed_frame_is_answered_and_the_socket_stays_open() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let mut socket = app.socket().await;
    for text in [
        "",
        "no JSON",
        "{}",
        "[1]",
        r#"{"event":"pusher:subscribe"}"#,
    ] {
        socket.send(text).await;
        assert_eq!(socket.expect_error().await, None, "{text}");
    }
    socket.subscribe(&list.channel()).await;
    list.add("milk").await;
    socket.expect_event("created").await;
}

#[tokio::test]
async fn a_message_beyond_the_limit_ends_the_connection() {
    let app = TestApp::start().await;
    let mut socket = app.socket().await;
    socket.send(" ".repeat(64 * 1024 + 1)).await;
    assert_eq!(socket.expect_close().await, 1008);
}

#[tokio::test]
async fn a_second_subscription_makes_no_second_event() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let mut socket = app.socket().await;
    socket.subscribe(&list.channel()).await;
    assert!(matches!(
        socket.try_subscribe(&list.channel(), Some(0)).await,
        ServerFrame::Error { code: None, .. }
    ));
    list.add("milk").await;
    list.add("bread").await;
    assert_eq!(socket.expect_event("created").await["shortdesc"], "milk");
    assert_eq!(socket.expect_event("created").await["shortdesc"], "bread");
}

#[tokio::test]
async fn after_unsubscribing_no_more_events_arrive() {
    let app = TestApp::start().await;
    let (left, kept) = (app.list().await, app.list().await);
    let mut socket = app.socket().await;
    socket.subscribe(&left.channel()).await;
    socket.unsubscribe(&left.channel()).await;
    socket.subscribe(&kept.channel()).await;
    left.add("unheard").await;
    kept.add("heard").await;
    assert_eq!(socket.expect_event("created").await["shortdesc"], "heard");
    socket.unsubscribe(&left.channel()).await;
    assert_eq!(socket.expect_error().await, None);
    assert_eq!(socket.subscribe(&left.channel()).await, 2);
}

#[tokio::test]
async fn sockets_are_told_to_reconnect_when_the_server_stops() {
    let app = TestApp::start().await;
    let list = app.list().await;
    let mut sockets = Vec::new();
    for _ in 0..10 {
        let mut socket = app.socket().await;
        socket.subscribe(&list.channel()).await;
        sockets.push(socket);
    }
    app.stop().await;
    for mut socket in sockets {
        assert_eq!(socket.expect_close().await, close::RECONNECT);
    }
}

#[tokio::test]
async fn a_plain_request_is_told_to_upgrade() {
    let app = TestApp::start().await;
    app.get("/app/tandem?protocol=7").await.expect_problem(400);
}
