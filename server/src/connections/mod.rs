//! Accepts connections, limits their number, and enforces their deadlines.
//!
//! [`serve`] accepts them. The [`Registry`] gives each a place, if need be that of an idle one,
//! which it evicts. An [`Activity`](activity::Activity) tracks what a connection is doing and its
//! deadline. [`connection::serve`] speaks HTTP/1.1.

mod activity;
mod connection;
mod registry;
mod stream;

use std::{
    io::{self, Write as _},
    net::SocketAddr,
    time::Duration,
};

use axum::Router;
use tokio::{
    net::{TcpListener, TcpStream},
    time::{self, Instant},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::client::{Network, TrustedProxies};
use registry::Registry;
use stream::Stream;

/// Pause after a failed accept, which usually means that file descriptors have run out.
const PAUSE: Duration = Duration::from_millis(50);

/// Pause after a failed accept if another connection was evicted.
const SHORT_PAUSE: Duration = Duration::from_millis(1);

/// Minimum time between two identical warnings.
const WARNING_INTERVAL: Duration = Duration::from_mins(1);

/// The response to a client for which there is no place.
const NO_PLACE: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\n\
    Content-Type: text/plain\r\nContent-Length: 22\r\n\r\nToo many connections.\n";

/// Deadlines for a client.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadlines {
    /// For a request's line and headers, from the first byte.
    pub(crate) head: Duration,
    /// For the next part of a request's body.
    pub(crate) body: Duration,
    /// For reading the next part of a response.
    pub(crate) answer: Duration,
    /// For the next request.
    pub(crate) idle: Duration,
}

/// Limits on the number of connections.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caps {
    /// In total.
    pub(crate) all: usize,
    /// From one [`Network`].
    pub(crate) network: usize,
}

/// Accepts and serves connections until `stopping` is cancelled, then finishes the requests under
/// way.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    caps: Caps,
    deadlines: Deadlines,
    trusted: TrustedProxies,
    stopping: CancellationToken,
) {
    let registry = Registry::new(caps.all, caps.network);
    let serving = TaskTracker::new();
    let mut warned = None;
    loop {
        let accepted = tokio::select! {
            biased;
            () = stopping.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((tcp, peer)) => {
                let peer = SocketAddr::new(peer.ip().to_canonical(), peer.port());
                let network = (!trusted.contain(peer.ip())).then(|| Network::of(peer.ip()));
                if let Some(place) = registry.admit(network) {
                    // Frames are small and must not wait until they fill a packet.
                    tcp.set_nodelay(true).ok();
                    let activity = place.activity().clone();
                    let stream = Stream::new(tcp, place);
                    let (router, stopping) = (router.clone(), stopping.clone());
                    serving.spawn(connection::serve(
                        stream, peer, activity, router, deadlines, stopping,
                    ));
                } else {
                    warn(&mut warned, "connections are refused: their cap is reached");
                    refuse(tcp);
                }
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                warn(
                    &mut warned,
                    &format!("connections cannot be accepted: {error}"),
                );
                // The evicted connection's descriptor is freed as soon as its task notices.
                let pause = if registry.make_room() {
                    SHORT_PAUSE
                } else {
                    PAUSE
                };
                tokio::select! {
                    () = stopping.cancelled() => break,
                    () = time::sleep(pause) => {}
                }
            }
        }
    }
    drop(listener);
    serving.close();
    serving.wait().await;
}

/// Sends the response without waiting; what the socket does not accept at once is lost.
fn refuse(tcp: TcpStream) {
    if let Ok(mut tcp) = tcp.into_std() {
        tcp.write_all(NO_PLACE).ok();
        tcp.shutdown(std::net::Shutdown::Write).ok();
    }
}

/// Whether the error concerns only the connection that was about to be accepted.
fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::Interrupted
    )
}

fn warn(warned: &mut Option<Instant>, what: &str) {
    if warned.is_none_or(|warned| warned.elapsed() >= WARNING_INTERVAL) {
        *warned = Some(Instant::now());
        tracing::warn!("{what}");
    }
}
