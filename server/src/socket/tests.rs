//! Tests of a socket without a network: its two halves are channels. Where time matters, it is
//! paused and jumps to the next timer.

use std::{convert::Infallible, sync::Arc, time::Duration};

use app::{Title, service::Links};
use axum::extract::ws::Message;
use futures_channel::mpsc;
use futures_util::{SinkExt, StreamExt};
use serde_json::json;
use sync::pusher::{ClientFrame, ServerFrame, SocketId, close};
use tempfile::TempDir;
use tokio::{
    task::JoinHandle,
    time::{self, Instant},
};
use tokio_util::sync::CancellationToken;

use super::{GONE_AFTER, PING_AFTER, PING_PRESENT_AFTER, Realtime, serve, session};
use crate::{
    hub::Hub,
    signature::Signer,
    store::{Store, StoreOptions},
};

/// A client on the other end of a socket.
struct Client {
    id: SocketId,
    realtime: Realtime,
    outgoing: mpsc::Sender<Result<Message, Infallible>>,
    incoming: mpsc::Receiver<Message>,
    serving: JoinHandle<()>,
    _folder: TempDir,
}

impl Client {
    async fn connect() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite://{}", folder.path().join("tandem.db").display());
        let hub = Arc::new(Hub::default());
        let store = Store::open(&url, StoreOptions::default(), hub.clone()).await;
        let realtime = Realtime {
            store: store.expect("a database"),
            hub,
            signer: Signer::new("tandem", "a secret"),
            key: "tandem".into(),
            stopping: CancellationToken::new(),
        };
        let (outgoing, incoming) = mpsc::channel(1);
        let (out, inc) = mpsc::channel(1);
        let shared = realtime.clone();
        let serving = tokio::spawn(async move { serve(&shared, out, incoming).await });
        let mut client = Self {
            id: SocketId(String::new()),
            realtime,
            outgoing,
            incoming: inc,
            serving,
            _folder: folder,
        };
        let ServerFrame::Established {
            socket_id,
            activity_timeout: 15,
        } = client.hear().await
        else {
            panic!("no greeting")
        };
        client.id = socket_id;
        client
    }

    async fn list(&self) -> Links {
        let title = Title::parse("Todos").expect("a good title");
        self.realtime
            .store
            .create_list(None, title)
            .await
            .expect("a list")
    }

    async fn say(&mut self, frame: &ClientFrame) {
        self.send(Message::Text(frame.encode().into())).await;
    }

    async fn send(&mut self, message: Message) {
        self.outgoing
            .send(Ok(message))
            .await
            .expect("the server listens");
    }

    async fn subscribe(&mut self, channel: &str) -> ServerFrame {
        let channel = channel.to_owned();
        self.say(&ClientFrame::Subscribe {
            channel,
            since: None,
            epoch: None,
            auth: None,
            channel_data: None,
        })
        .await;
        self.hear().await
    }

    async fn hear(&mut self) -> ServerFrame {
        match self.incoming.next().await {
            Some(Message::Text(text)) => {
                ServerFrame::parse(&text).expect("a frame of the protocol")
            }
            other => panic!("no frame: {other:?}"),
        }
    }

    /// Waits for the end of the connection, and returns its close code.
    async fn close_code(mut self) -> u16 {
        let code = match self.incoming.next().await {
            Some(Message::Close(Some(frame))) => frame.code,
            other => panic!("not closed: {other:?}"),
        };
        drop(self.outgoing);
        self.serving.await.expect("no panic");
        code
    }
}

fn error(frame: &ServerFrame) -> Option<u16> {
    match frame {
        ServerFrame::Error { code, .. } => *code,
        other => panic!("no error: {other:?}"),
    }
}

#[tokio::test]
async fn a_ping_is_answered() {
    let mut client = Client::connect().await;
    client.say(&ClientFrame::Ping).await;
    assert_eq!(client.hear().await, ServerFrame::Pong);
}

#[tokio::test]
async fn a_silent_client_is_pinged_and_then_given_up() {
    let mut client = Client::connect().await;
    time::pause();
    let start = Instant::now();
    assert_eq!(client.hear().await, ServerFrame::Ping);
    assert_eq!(start.elapsed().as_secs(), PING_AFTER.as_secs());
    assert_eq!(client.close_code().await, close::PONG_NOT_RECEIVED);
    assert_eq!(start.elapsed().as_secs(), GONE_AFTER.as_secs());
}

#[tokio::test]
async fn a_client_that_answers_stays() {
    let mut client = Client::connect().await;
    time::pause();
    for _ in 0..10 {
        assert_eq!(client.hear().await, ServerFrame::Ping);
        client.say(&ClientFrame::Pong).await;
    }
    client.say(&ClientFrame::Ping).await;
    assert_eq!(client.hear().await, ServerFrame::Pong);
}

#[tokio::test]
async fn a_second_subscription_is_an_error() {
    let mut client = Client::connect().await;
    let channel = format!("list-{}", client.list().await.token.0);
    assert!(matches!(
        client.subscribe(&channel).await,
        ServerFrame::Subscribed { .. }
    ));
    assert_eq!(error(&client.subscribe(&channel).await), None);
}

#[tokio::test]
async fn without_a_cursor_the_answer_is_the_head_and_its_epoch() {
    let mut client = Client::connect().await;
    let links = client.list().await;
    let channel = format!("list-{}", links.view_token.0);
    let opened = client.realtime.store.open_list(&links.token).await;
    let epoch = opened.expect("the list is there").snapshot.epoch;
    let ServerFrame::Subscribed { data, .. } = client.subscribe(&channel).await else {
        panic!("not subscribed")
    };
    let expected = json!({ "head": 1, "epoch": epoch.expect("a database has one") });
    assert_eq!(data, expected.to_string());
}

#[tokio::test]
async fn unknown_channels_are_refused() {
    let mut client = Client::connect().await;
    for (channel, status, kind) in [
        ("list-unknown", 404, "NotFound"),
        ("anything", 404, "NotFound"),
        ("private-list-x", 401, "AuthError"),
        ("presence-list-x", 401, "AuthError"),
    ] {
        match client.subscribe(channel).await {
            ServerFrame::SubscriptionError {
                channel: named,
                kind: said,
                status: code,
                ..
            } => {
                assert_eq!((&*named, &*said, code), (channel, kind, status));
            }
            other => panic!("not refused: {other:?}"),
        }
    }
    assert!(client.realtime.hub.lists().is_empty());
}

#[tokio::test]
async fn the_number_of_channels_of_a_socket_is_bounded() {
    let mut client = Client::connect().await;
    for _ in 0..session::MAX_CHANNELS {
        let channel = format!("list-{}", client.list().await.token.0);
        assert!(matches!(
            client.subscribe(&channel).await,
            ServerFrame::Subscribed { .. }
        ));
    }
    let channel = format!("list-{}", client.list().await.token.0);
    assert_eq!(error(&client.subscribe(&channel).await), None);
    assert_eq!(client.realtime.hub.lists().len(), session::MAX_CHANNELS);
}

#[tokio::test]
async fn malformed_frames_are_answered_and_a_flood_of_them_closes_the_socket() {
    let mut client = Client::connect().await;
    for text in [
        "",
        "{",
        "[]",
        r#"{"event":7}"#,
        r#"{"event":"pusher:subscribe","data":{}}"#,
    ] {
        client.send(Message::Text(text.into())).await;
        assert_eq!(error(&client.hear().await), None, "{text}");
    }
    client.send(Message::Binary(vec![0, 1].into())).await;
    assert_eq!(error(&client.hear().await), None);
    client.say(&ClientFrame::Ping).await;
    assert_eq!(client.hear().await, ServerFrame::Pong);

    for _ in 5..session::MAX_FAULTS {
        client.send(Message::Text("{".into())).await;
        assert_eq!(error(&client.hear().await), None);
    }
    client.send(Message::Text("{".into())).await;
    assert_eq!(client.close_code().await, close::OVER_CAPACITY);
}

#[tokio::test]
async fn client_events_are_refused() {
    let mut client = Client::connect().await;
    client
        .say(&ClientFrame::Other {
            event: "client-typing".to_owned(),
        })
        .await;
    assert_eq!(error(&client.hear().await), Some(4301));
}

#[tokio::test]
async fn when_the_server_stops_clients_are_told_to_reconnect() {
    let client = Client::connect().await;
    client.realtime.stopping.cancel();
    assert_eq!(client.close_code().await, close::RECONNECT);
}

#[tokio::test]
async fn a_client_that_leaves_is_forgotten() {
    let mut client = Client::connect().await;
    let channel = format!("list-{}", client.list().await.token.0);
    client.subscribe(&channel).await;
    let hub = client.realtime.hub.clone();
    assert_eq!(hub.lists().len(), 1);
    client
        .say(&ClientFrame::Unsubscribe {
            channel: channel.clone(),
        })
        .await;
    client.say(&ClientFrame::Ping).await;
    assert_eq!(client.hear().await, ServerFrame::Pong);
    assert!(hub.lists().is_empty());

    client.subscribe(&channel).await;
    drop(client.outgoing);
    client.serving.await.expect("no panic");
    assert!(hub.lists().is_empty());
}

#[tokio::test]
async fn a_client_that_reads_nothing_is_given_up() {
    let client = Client::connect().await;
    time::pause();
    let Client {
        mut outgoing,
        incoming,
        serving,
        realtime,
        _folder,
        ..
    } = client;
    // Nobody reads the answers: the channel holds two frames, and the third is stuck.
    for _ in 0..3 {
        let ping = Message::Text(ClientFrame::Ping.encode().into());
        outgoing.send(Ok(ping)).await.expect("the server listens");
    }
    let start = Instant::now();
    serving.await.expect("no panic");
    assert!(start.elapsed() >= GONE_AFTER);
    drop((incoming, realtime));
}

/// Enters the room of a new list.
async fn enter(client: &mut Client) {
    let token = client.list().await.token;
    let channel = format!("presence-list-{}", token.0);
    let member = r#"{"user_id":"ann"}"#;
    let auth = client.realtime.signer.sign(&client.id, &channel, member);
    let frame = ClientFrame::Subscribe {
        channel,
        since: None,
        epoch: None,
        auth: Some(auth),
        channel_data: Some(member.to_owned()),
    };
    client.say(&frame).await;
    assert!(matches!(
        client.hear().await,
        ServerFrame::Subscribed { .. }
    ));
}

#[tokio::test]
async fn a_silent_member_of_a_room_is_gone_within_seconds() {
    let mut client = Client::connect().await;
    enter(&mut client).await;
    time::pause();
    let start = Instant::now();
    assert!(matches!(
        client.incoming.next().await,
        Some(Message::Ping(_))
    ));
    assert!(start.elapsed() <= PING_PRESENT_AFTER);
    let hub = client.realtime.hub.clone();
    assert_eq!(client.close_code().await, close::PONG_NOT_RECEIVED);
    assert!(start.elapsed() < Duration::from_secs(10));
    assert!(hub.lists().is_empty());
}

#[tokio::test]
async fn a_member_whose_browser_answers_pings_stays() {
    let mut client = Client::connect().await;
    enter(&mut client).await;
    time::pause();
    for _ in 0..10 {
        assert!(matches!(
            client.incoming.next().await,
            Some(Message::Ping(_))
        ));
        client.send(Message::Pong(vec![].into())).await;
    }
    client.say(&ClientFrame::Ping).await;
    assert_eq!(client.hear().await, ServerFrame::Pong);
}
