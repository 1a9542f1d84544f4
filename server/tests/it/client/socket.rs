use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use sync::pusher::{ClientFrame, ServerFrame, SocketId};
use sync::{Cursor, Version};
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Message, client::IntoClientRequest},
};

use super::soon;

/// A client of the realtime interface.
pub(crate) struct TestSocket {
    stream: WebSocketStream<TcpStream>,
    pub(crate) id: SocketId,
}

impl TestSocket {
    pub(crate) async fn connect(origin: &str) -> Self {
        Self::greeted(Self::open(origin, "/app/tandem?protocol=7", None).await).await
    }

    /// Connects to this path and query.
    pub(crate) async fn connect_to(origin: &str, path: &str) -> Self {
        Self::greeted(Self::open(origin, path, None).await).await
    }

    /// Connects with a tiny receive buffer.
    pub(crate) async fn connect_narrow(origin: &str) -> Self {
        Self::greeted(Self::open(origin, "/app/tandem?protocol=7", Some(4096)).await).await
    }

    /// Connects to an address, without waiting for the greeting.
    pub(crate) async fn open(
        origin: &str,
        path: &str,
        buffer: Option<u32>,
    ) -> WebSocketStream<TcpStream> {
        let host = origin.strip_prefix("http://").expect("an origin");
        let socket = TcpSocket::new_v4().expect("a socket");
        if let Some(bytes) = buffer {
            socket
                .set_recv_buffer_size(bytes)
                .expect("a smaller buffer");
        }
        let stream = socket
            .connect(host.parse().expect("an address"))
            .await
            .expect("a connection");
        let request = format!("ws://{host}{path}")
            .into_client_request()
            .expect("a request");
        soon("the handshake", client_async(request, stream))
            .await
            .expect("a WebSocket")
            .0
    }

    async fn greeted(stream: WebSocketStream<TcpStream>) -> Self {
        let mut socket = Self {
            stream,
            id: SocketId(String::new()),
        };
        match socket.next().await {
            ServerFrame::Established {
                socket_id,
                activity_timeout: 15,
            } => {
                socket.id = SocketId::parse(socket_id.as_str()).expect("digits.digits");
            }
            other => panic!("no greeting: {other:?}"),
        }
        socket
    }

    pub(crate) async fn send(&mut self, text: impl Into<String>) {
        soon("room to send", self.stream.send(Message::text(text.into())))
            .await
            .expect("an open socket");
    }

    /// Waits for the next frame.
    pub(crate) async fn next(&mut self) -> ServerFrame {
        let text = self.next_text().await;
        ServerFrame::parse(&text).expect("a frame of the protocol")
    }

    /// Waits for the next frame, and returns its text.
    pub(crate) async fn next_text(&mut self) -> String {
        loop {
            match soon("a frame", self.stream.next()).await {
                Some(Ok(Message::Text(text))) => return text.to_string(),
                Some(Ok(Message::Ping(_))) => {}
                other => panic!("no frame: {other:?}"),
            }
        }
    }

    /// Subscribes without a cursor, and returns the head.
    pub(crate) async fn subscribe(&mut self, channel: &str) -> u64 {
        self.subscription(channel, None).await["head"]
            .as_u64()
            .expect("a version")
    }

    /// Subscribes with a cursor, and returns what has changed since.
    pub(crate) async fn subscribe_since(&mut self, channel: &str, since: u64) -> Value {
        self.subscription(channel, Some(since)).await
    }

    /// Subscribes with a cursor of an epoch, and returns what has changed since.
    pub(crate) async fn subscribe_from(&mut self, channel: &str, cursor: Cursor) -> Value {
        self.say_subscribe(channel, Some(cursor)).await;
        self.subscribed(channel).await
    }

    async fn subscription(&mut self, channel: &str, since: Option<u64>) -> Value {
        self.say_subscribe(channel, since.map(|since| Version(since).into()))
            .await;
        self.subscribed(channel).await
    }

    async fn subscribed(&mut self, channel: &str) -> Value {
        match self.next().await {
            ServerFrame::Subscribed {
                channel: named,
                data,
            } if named == channel => serde_json::from_str(&data).expect("JSON"),
            other => panic!("not subscribed: {other:?}"),
        }
    }

    /// Subscribes, and returns the next frame.
    pub(crate) async fn try_subscribe(&mut self, channel: &str, since: Option<u64>) -> ServerFrame {
        self.say_subscribe(channel, since.map(|since| Version(since).into()))
            .await;
        self.next().await
    }

    async fn say_subscribe(&mut self, channel: &str, cursor: Option<Cursor>) {
        let frame = ClientFrame::Subscribe {
            channel: channel.to_owned(),
            since: cursor.map(|cursor| cursor.version),
            epoch: cursor.and_then(|cursor| cursor.epoch),
            auth: None,
            channel_data: None,
        };
        self.send(frame.encode()).await;
    }

    /// Subscribes to a presence channel with what the server has authorized, and returns the next frame.
    pub(crate) async fn try_enter(&mut self, channel: &str, authorized: &Value) -> ServerFrame {
        let text = |name: &str| authorized[name].as_str().map(str::to_owned);
        let frame = ClientFrame::Subscribe {
            channel: channel.to_owned(),
            since: None,
            epoch: None,
            auth: text("auth"),
            channel_data: text("channel_data"),
        };
        self.send(frame.encode()).await;
        self.next().await
    }

    pub(crate) async fn unsubscribe(&mut self, channel: &str) {
        self.send(
            ClientFrame::Unsubscribe {
                channel: channel.to_owned(),
            }
            .encode(),
        )
        .await;
    }

    /// Returns the data of the next frame, which must be this event.
    pub(crate) async fn expect_event(&mut self, name: &str) -> Value {
        let (event, data) = self.next_event().await;
        assert_eq!(event, name, "{data}");
        data
    }

    /// Returns the name and data of the next frame, which must be an event.
    pub(crate) async fn next_event(&mut self) -> (String, Value) {
        match self.next().await {
            ServerFrame::Event { event, data, .. } => {
                (event, serde_json::from_str(&data).expect("JSON"))
            }
            other => panic!("no event: {other:?}"),
        }
    }

    /// Returns the code of the next frame, which must be an error.
    pub(crate) async fn expect_error(&mut self) -> Option<u16> {
        match self.next().await {
            ServerFrame::Error { code, .. } => code,
            other => panic!("no error: {other:?}"),
        }
    }

    /// Reads until the server closes, and returns the close code.
    pub(crate) async fn expect_close(&mut self) -> u16 {
        close_code(&mut self.stream).await.1
    }
}

/// Reads until the server closes, and returns the texts and the close code.
pub(crate) async fn close_code(stream: &mut WebSocketStream<TcpStream>) -> (Vec<String>, u16) {
    let mut texts = Vec::new();
    loop {
        match soon("the close frame", stream.next()).await {
            Some(Ok(Message::Text(text))) => texts.push(text.to_string()),
            Some(Ok(Message::Close(Some(frame)))) => return (texts, frame.code.into()),
            Some(Ok(_)) => {}
            other => panic!("not closed: {other:?}"),
        }
    }
}
