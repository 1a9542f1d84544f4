//! The connections: how many there may be, and how long one may keep the server waiting.
//!
//! [`serve`] accepts them. The [`Registry`] gives each a place, or takes the place
//! of one that only waits; its [`Activity`](activity::Activity) tells what it is doing and until when
//! it may; [`connection::serve`] speaks HTTP/1.1 on it.

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

/// Pause after a failure to accept, which is most often a want of descriptors.
const PAUSE: Duration = Duration::from_millis(50);

/// The same where a connection gives way.
const SHORT_PAUSE: Duration = Duration::from_millis(1);

/// Time between two warnings about the same.
const WARNING_INTERVAL: Duration = Duration::from_mins(1);

/// The whole answer to whoever finds no place.
const NO_PLACE: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\n\
    Content-Type: text/plain\r\nContent-Length: 22\r\n\r\nToo many connections.\n";

/// How long a client may keep the server waiting.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadlines {
    /// For a request's line and headers, from the first byte on.
    pub(crate) head: Duration,
    /// For more of a request's body.
    pub(crate) body: Duration,
    /// For taking more of an answer.
    pub(crate) answer: Duration,
    /// For the next request.
    pub(crate) idle: Duration,
}

/// How many connections there may be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caps {
    /// In all.
    pub(crate) all: usize,
    /// From one network: [`Network`].
    pub(crate) network: usize,
}

/// Answers requests by the router until `stopping` is cancelled, and then those that are under way.
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
                    // A frame is small and goes out at once, rather than wait for another to
                    // fill the packet.
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
                // Its descriptor is free as soon as its task has noticed.
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

/// Answers without waiting: what the socket does not take at once is not said.
fn refuse(tcp: TcpStream) {
    if let Ok(mut tcp) = tcp.into_std() {
        tcp.write_all(NO_PLACE).ok();
        tcp.shutdown(std::net::Shutdown::Write).ok();
    }
}

/// Whether only the connection that was about to be accepted has failed.
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
