//! One client of the realtime server: the Pusher Channels protocol, version 7, at `/app/<key>`.
//!
//! This is the one place in the server that knows WebSocket types. [`upgrade()`] takes the request,
//! [`serve`] moves messages between the two halves of a socket, whatever they are, and
//! [`Session`] decides what is said.

mod ending;
mod pace;
mod places;
mod session;
#[cfg(test)]
mod tests;
mod upgrade;

pub(crate) use places::Places;
pub(crate) use upgrade::upgrade;

/// The text of a message. Clones share it.
type Text = axum::extract::ws::Utf8Bytes;

use std::{pin::pin, sync::Arc, time::Duration};

use axum::extract::ws::{CloseFrame, Message};
use futures_util::{Sink, SinkExt, Stream, StreamExt};
use sync::pusher::{ServerFrame, SocketId};
use tokio::time::{self, Instant};
use tokio_util::sync::CancellationToken;

use crate::{
    hub::{Hub, Mailbox},
    store::Store,
};
use ending::Ending;
use session::Session;

/// After so much silence from the server, a client asks with a ping.
const ACTIVITY_TIMEOUT_S: u32 = 15;
/// After so much silence from a client, the server asks: a client that hears events has no need to.
const ASK_AFTER: Duration = Duration::from_secs(30);
/// After so much silence from a client, it is gone: its own ping was due, and the server's answer.
const GONE_AFTER: Duration = Duration::from_secs(45);
/// How long a client may take to hear the close frame and close as well: one that was too slow must
/// first read what is on its way.
const CLOSING: Duration = Duration::from_secs(20);

/// What all sockets share.
#[derive(Clone)]
pub(crate) struct Realtime {
    pub(crate) store: Store,
    pub(crate) hub: Arc<Hub>,
    /// The application key that clients must name.
    pub(crate) key: Arc<str>,
    /// Cancelled when the server stops; then every socket closes.
    pub(crate) stopping: CancellationToken,
}

/// Serves a client until it or the server ends the connection.
pub(crate) async fn serve<W, R, E>(realtime: &Realtime, mut outgoing: W, mut incoming: R)
where
    W: Sink<Message> + Unpin,
    R: Stream<Item = Result<Message, E>> + Unpin,
{
    let ending = converse(realtime, &mut outgoing, &mut incoming).await;
    // A socket that is dropped with unread input resets the connection, and the close frame may be
    // lost on its way: so the client is heard out until it closes too.
    let farewell = async {
        if let Some(frame) = ending.frame() {
            outgoing.send(Message::Close(Some(frame))).await.ok();
        }
        while let Some(Ok(_)) = incoming.next().await {}
    };
    time::timeout(CLOSING, farewell).await.ok();
}

async fn converse<W, R, E>(realtime: &Realtime, outgoing: &mut W, incoming: &mut R) -> Ending
where
    W: Sink<Message> + Unpin,
    R: Stream<Item = Result<Message, E>> + Unpin,
{
    let id = SocketId(format!(
        "{}.{}",
        rand::random::<u32>(),
        rand::random::<u32>()
    ));
    let mailbox = Arc::new(Mailbox::default());
    let mut session = Session::new(realtime, id.clone(), mailbox.clone());
    let mut line = Line {
        realtime,
        outgoing,
        mailbox: &mailbox,
    };

    let hello = ServerFrame::Established {
        socket_id: id,
        activity_timeout: ACTIVITY_TIMEOUT_S,
    };
    if let Err(ending) = line.send(hello.encode().into()).await {
        return ending;
    }

    let mut heard = Instant::now();
    let mut alarm = pin!(time::sleep_until(heard + ASK_AFTER));
    // Waited for by all sockets, so each gets in line once, and not anew for each message.
    let mut stopping = pin!(realtime.stopping.cancelled());
    loop {
        let answer = tokio::select! {
            () = &mut stopping => return Ending::STOPPING,
            frame = mailbox.next() => match frame {
                Some(frame) => session.pass(&frame),
                None => return Ending::TOO_SLOW,
            },
            message = incoming.next() => {
                heard = Instant::now();
                match message {
                    Some(Ok(Message::Text(text))) => match session.answer(&text).await {
                        Ok(answer) => answer,
                        Err(ending) => return ending,
                    },
                    Some(Ok(Message::Binary(_))) => match session.malformed("binary data") {
                        Ok(answer) => Some(answer),
                        Err(ending) => return ending,
                    },
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => None,
                    Some(Ok(Message::Close(_))) | None => return Ending::GONE,
                    Some(Err(_)) => return Ending::UNREADABLE,
                }
            }
            () = &mut alarm => {
                let asked = alarm.deadline() >= heard + GONE_AFTER;
                let silent = heard.elapsed() >= ASK_AFTER;
                if asked {
                    return Ending::SILENT;
                }
                alarm.as_mut().reset(heard + if silent { GONE_AFTER } else { ASK_AFTER });
                silent.then(|| ServerFrame::Ping.encode().into())
            }
        };
        if let Some(answer) = answer
            && let Err(ending) = line.send(answer).await
        {
            return ending;
        }
    }
}

/// The way out, which may be stuck.
struct Line<'a, W> {
    realtime: &'a Realtime,
    outgoing: &'a mut W,
    mailbox: &'a Mailbox,
}

impl<W: Sink<Message> + Unpin> Line<'_, W> {
    /// Sends a frame. While the client does not take it, its mailbox fills; when that is cut, or
    /// the client would count as gone, so does the sending end.
    async fn send(&mut self, text: Text) -> Result<(), Ending> {
        tokio::select! {
            biased;
            sent = self.outgoing.send(Message::Text(text)) => sent.map_err(|_| Ending::GONE),
            () = self.mailbox.cut() => Err(Ending::TOO_SLOW),
            () = self.realtime.stopping.cancelled() => Err(Ending::STOPPING),
            () = time::sleep(GONE_AFTER) => Err(Ending::TOO_SLOW),
        }
    }
}

/// Tells a client that it cannot stay: with an error that libraries show, and the code to the same
/// effect.
async fn refuse<W, R, E>(mut outgoing: W, mut incoming: R, code: u16, message: &'static str)
where
    W: Sink<Message> + Unpin,
    R: Stream<Item = Result<Message, E>> + Unpin,
{
    let error = ServerFrame::Error {
        code: Some(code),
        message: message.to_owned(),
    };
    let frame = CloseFrame {
        code,
        reason: message.into(),
    };
    let farewell = async {
        outgoing
            .send(Message::Text(error.encode().into()))
            .await
            .ok();
        outgoing.send(Message::Close(Some(frame))).await.ok();
        while let Some(Ok(_)) = incoming.next().await {}
    };
    time::timeout(CLOSING, farewell).await.ok();
}
