use std::sync::Arc;

use axum::{
    Extension,
    extract::{Path, Query, State, WebSocketUpgrade, ws::rejection::WebSocketUpgradeRejection},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::StreamExt;
use sync::pusher::close;
use tokio_util::task::TaskTracker;

use super::{Places, Realtime, refuse, serve};
use crate::{
    client::{Client, Network},
    problem::Problem,
};

/// The protocol numbers that are served, all of them as 7: the clients for Java and Android still say
/// 5, Pysher says 6, and what they use is the same in all three.
const PROTOCOLS: [&str; 3] = ["5", "6", "7"];

/// The longest message that a client may send, in bytes: a subscription is some hundred.
const MAX_MESSAGE: usize = 64 * 1024;
/// Each socket has a read buffer of this size, in bytes; tungstenite's own default is 128 KiB.
const READ_BUFFER: usize = 2 * 1024;
/// The most that waits to be written to a socket, in bytes: the longest message, which is a catch-up or
/// a row with notes at their limit.
const MAX_WRITE_BUFFER: usize = 256 * 1024;

/// When a client that has too many sockets may try again, in seconds.
const RETRY_AFTER: &str = "30";

/// `GET /app/<key>?protocol=7`: opens a socket. A client that names no protocol is served as well. What
/// is wrong with the request is told over the socket, since a browser's script learns nothing else.
///
/// Any origin may open one: nothing is known of a client but the tokens that it names.
pub(crate) async fn upgrade(
    State(realtime): State<Realtime>,
    State(places): State<Arc<Places>>,
    State(open): State<TaskTracker>,
    Path(key): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
    Extension(client): Extension<Client>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let upgrade = match upgrade {
        Ok(upgrade) => upgrade,
        Err(rejection) => return Problem::of(rejection.into_response().status()).into_response(),
    };
    let Some(place) = places.take(Network::of(client.address)) else {
        let problem = Problem::of(StatusCode::TOO_MANY_REQUESTS);
        return ([(header::RETRY_AFTER, RETRY_AFTER)], problem).into_response();
    };
    // Each message is flushed before the next, so the write buffer holds one at the most.
    let upgrade = upgrade
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(0)
        .max_write_buffer_size(MAX_WRITE_BUFFER)
        .max_message_size(MAX_MESSAGE)
        .max_frame_size(MAX_MESSAGE);

    let protocol = query
        .iter()
        .find(|(name, _)| name == "protocol")
        .map(|(_, value)| &**value);
    let refusal = match protocol {
        _ if *key != *realtime.key => Some((close::UNKNOWN_KEY, "Application does not exist")),
        Some(protocol) if !PROTOCOLS.contains(&protocol) => {
            Some((close::UNSUPPORTED_PROTOCOL, "Unsupported protocol version"))
        }
        Some(_) | None => None,
    };
    let alive = open.token();
    upgrade.on_upgrade(async move |socket| {
        let (outgoing, incoming) = socket.split();
        match refusal {
            None => serve(&realtime, outgoing, incoming).await,
            Some((code, message)) => refuse(outgoing, incoming, code, message).await,
        }
        drop((place, alive));
    })
}
