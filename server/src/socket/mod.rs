//! One client of the realtime server: the Pusher Channels protocol, version 7, at `/app/<key>`.
//!
//! No other module of the server knows WebSocket types. [`upgrade()`] answers the request,
//! [`serve`] moves messages between the two halves of a socket, and [`Session`] decides what to
//! send.

mod ending;
mod pace;
mod places;
mod session;
#[cfg(test)]
mod tests;
mod upgrade;

pub(crate) use places::Places;
pub(crate) use session::presence_token;
pub(crate) use upgrade::upgrade;

/// The text of a message. Cheap to clone.
type Text = axum::extract::ws::Utf8Bytes;

use std::{pin::pin, sync::Arc, time::Duration};

use axum::{
    body::Bytes,
    extract::ws::{CloseFrame, Message},
};
use futures_util::{Sink, SinkExt, Stream, StreamExt};
use sync::pusher::{ServerFrame, SocketId};
use tokio::time::{self, Instant};
use tokio_util::sync::CancellationToken;

use crate::{
    hub::{Hub, Mailbox},
    signature::Signer,
    store::Store,
};
use ending::Ending;
use session::Session;

/// Silence from the server after which a client sends a ping. Told to the client.
const ACTIVITY_TIMEOUT_S: u32 = 15;
/// Silence from a client after which the server sends a ping, since a client that receives events
/// sends none.
const PING_AFTER: Duration = Duration::from_secs(30);
/// Silence after which a client counts as gone: by then its ping and its reply to ours are overdue.
const GONE_AFTER: Duration = Duration::from_secs(45);
/// The same for a client that is in a room, whose members are to see soon that it is gone. The browser itself
/// answers the pings of the WebSocket, also for a page in the background.
const PING_PRESENT_AFTER: Duration = Duration::from_secs(4);
const PRESENT_GONE_AFTER: Duration = Duration::from_secs(9);
/// How long a client may take to answer the close frame. A slow one must first read what is in
/// transit.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(20);

/// State that all sockets share.
#[derive(Clone)]
pub(crate) struct Realtime {
    pub(crate) store: Store,
    pub(crate) hub: Arc<Hub>,
    /// Verifies who may enter a presence channel.
    pub(crate) signer: Signer,
    /// The application key that clients must send.
    pub(crate) key: Arc<str>,
    /// Cancelled when the server stops; then every socket closes.
    pub(crate) stopping: CancellationToken,
}

/// Serves a client until one side ends the connection.
pub(crate) async fn serve<W, R, E>(realtime: &Realtime, mut outgoing: W, mut incoming: R)
where
    W: Sink<Message> + Unpin,
    R: Stream<Item = Result<Message, E>> + Unpin,
{
    let ending = converse(realtime, &mut outgoing, &mut incoming).await;
    // Dropping a socket with unread input resets the connection, which may lose the close frame. So
    // read on until the client closes too.
    let farewell = async {
        if let Some(frame) = ending.frame() {
            outgoing.send(Message::Close(Some(frame))).await.ok();
        }
        while let Some(Ok(_)) = incoming.next().await {}
    };
    time::timeout(CLOSE_TIMEOUT, farewell).await.ok();
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
    let mut outgoing = Outgoing {
        realtime,
        sink: outgoing,
        mailbox: &mailbox,
    };

    let hello = ServerFrame::Established {
        socket_id: id,
        activity_timeout: ACTIVITY_TIMEOUT_S,
    };
    if let Err(ending) = outgoing.send(hello.encode().into()).await {
        return ending;
    }

    let mut heard = Instant::now();
    let mut alarm = pin!(time::sleep_until(heard + PING_AFTER));
    // Created once, since all sockets wait for it and registering anew for each message is costly.
    let mut stopping = pin!(realtime.stopping.cancelled());
    let mut was_present = false;
    loop {
        let is_present = session.is_present();
        let (ping_after, gone_after) = if is_present {
            (PING_PRESENT_AFTER, PRESENT_GONE_AFTER)
        } else {
            (PING_AFTER, GONE_AFTER)
        };
        if std::mem::replace(&mut was_present, is_present) != is_present {
            alarm.as_mut().reset(heard + ping_after);
        }
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
                let asked = alarm.deadline() >= heard + gone_after;
                let silent = heard.elapsed() >= ping_after;
                if asked {
                    return Ending::SILENT;
                }
                alarm.as_mut().reset(heard + if silent { gone_after } else { ping_after });
                if silent && is_present
                    && let Err(ending) = outgoing.ping().await
                {
                    return ending;
                }
                (silent && !is_present).then(|| ServerFrame::Ping.encode().into())
            }
        };
        if let Some(answer) = answer
            && let Err(ending) = outgoing.send(answer).await
        {
            return ending;
        }
        if let Some(ending) = session.ending() {
            return ending;
        }
    }
}

/// The outgoing half of a socket, with what can end it while it is stuck.
struct Outgoing<'a, W> {
    realtime: &'a Realtime,
    sink: &'a mut W,
    mailbox: &'a Mailbox,
}

impl<W: Sink<Message> + Unpin> Outgoing<'_, W> {
    /// Sends a message. A client that does not read it is given up when its mailbox is cut, or
    /// after [`GONE_AFTER`].
    async fn send(&mut self, text: Text) -> Result<(), Ending> {
        self.send_message(Message::Text(text)).await
    }

    /// Sends a ping of the WebSocket, which any client's library answers by itself.
    async fn ping(&mut self) -> Result<(), Ending> {
        self.send_message(Message::Ping(Bytes::new())).await
    }

    async fn send_message(&mut self, message: Message) -> Result<(), Ending> {
        tokio::select! {
            biased;
            sent = self.sink.send(message) => sent.map_err(|_| Ending::GONE),
            () = self.mailbox.cut() => Err(Ending::TOO_SLOW),
            () = self.realtime.stopping.cancelled() => Err(Ending::STOPPING),
            () = time::sleep(GONE_AFTER) => Err(Ending::TOO_SLOW),
        }
    }
}

/// Refuses a client, with an error event for libraries to show and the matching close code.
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
    time::timeout(CLOSE_TIMEOUT, farewell).await.ok();
}
