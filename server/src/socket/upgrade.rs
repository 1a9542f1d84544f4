use std::sync::Arc;

use axum::{
    Extension,
    extract::{
        Path, Query, State, WebSocketUpgrade, rejection::PathRejection,
        ws::rejection::WebSocketUpgradeRejection,
    },
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::StreamExt;
use sync::pusher::close;
use tokio_util::task::TaskTracker;

use super::{Places, Realtime, places::NoPlace, refuse, serve};
use crate::{
    client::{Client, Network},
    problem::Problem,
};

/// Accepted protocol versions, all served as 7. The clients for Java and Android send 5, Pysher
/// sends 6, and what they use is the same in all three.
const PROTOCOLS: [&str; 3] = ["5", "6", "7"];

/// Largest message from a client, in bytes. A subscription has a few hundred.
const MAX_MESSAGE: usize = 64 * 1024;
/// Read buffer of a socket, in bytes. The library's default is 128 KiB.
const READ_BUFFER: usize = 2 * 1024;
/// Write buffer of a socket, in bytes: the largest message, which is a catch-up or a row with notes
/// at their limit.
const MAX_WRITE_BUFFER: usize = 256 * 1024;

/// `Retry-After` for a client with too many sockets, in seconds.
const RETRY_AFTER_SECONDS: &str = "30";

/// `GET /app/<key>?protocol=7`: opens a socket. The protocol is optional. Errors are reported over
/// the socket, since scripts in browsers see nothing else.
///
/// Any origin may open one, since the only credentials are the tokens that the client sends.
pub(crate) async fn upgrade(
    State(realtime): State<Realtime>,
    State(places): State<Arc<Places>>,
    State(open): State<TaskTracker>,
    key: Result<Path<String>, PathRejection>,
    Query(query): Query<Vec<(String, String)>>,
    Extension(client): Extension<Client>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let upgrade = match upgrade {
        Ok(upgrade) => upgrade,
        Err(rejection) => return Problem::of(rejection.into_response().status()).into_response(),
    };
    let place = match places.take(Network::of(client.address)) {
        Ok(place) => place,
        Err(missing) => {
            let problem = Problem::of(match missing {
                NoPlace::OfClient => StatusCode::TOO_MANY_REQUESTS,
                NoPlace::OfAll => StatusCode::SERVICE_UNAVAILABLE,
            });
            return ([(header::RETRY_AFTER, RETRY_AFTER_SECONDS)], problem).into_response();
        }
    };
    // Each message is flushed before the next, so the write buffer holds at most one.
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
    let is_known = key.is_ok_and(|Path(key)| *key == *realtime.key);
    let refusal = match protocol {
        _ if !is_known => Some((close::UNKNOWN_KEY, "Application does not exist")),
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
