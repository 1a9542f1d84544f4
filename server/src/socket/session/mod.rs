//! One client's subscriptions, and the answers to its frames.

mod room;

pub(crate) use room::presence_token;

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use app::{Record, service::Token};
use serde_json::json;
use sync::{
    CatchUp, Change, Cursor, Version,
    pusher::{ClientFrame, ServerFrame, SocketId, event_frame},
};
use tokio::time::{self, Instant};
use uuid::Uuid;

use super::{Realtime, Text, ending::Ending, pace::Pace};
use crate::{
    hub::{Entry, Frame, Mailbox},
    store::{Store, StoreError},
};

/// Maximum number of channels per socket.
pub(super) const MAX_CHANNELS: usize = 100;
/// Faults tolerated before the connection is closed. Each valid frame forgives one.
pub(super) const MAX_FAULTS: u8 = 32;
/// Largest catch-up sent over a socket, in bytes. A client that has missed more reads it over HTTP,
/// compressed and with backpressure.
const MAX_CATCH_UP: usize = 192 * 1024;
/// Subscriptions of a socket that are answered at once; then one per [`SUBSCRIPTION_PACE`].
#[expect(clippy::cast_possible_truncation, reason = "it is a small constant")]
const SUBSCRIPTIONS_AT_ONCE: u32 = 2 * MAX_CHANNELS as u32;
const SUBSCRIPTION_PACE: Duration = Duration::from_millis(100);
/// Number of subscriptions that one counts as if its catch-up exceeds [`MAX_CATCH_UP`].
const LARGE_COST: u32 = 20;
/// Event that confirms a subscription.
const SUBSCRIBED: &str = "pusher_internal:subscription_succeeded";
/// Error code for client events that are not accepted. Codes from 4300 on do not close the connection.
const CLIENT_EVENT_REJECTED: u16 = 4301;

/// One client's subscriptions. Dropping them leaves the hub.
pub(super) struct Session<'a> {
    realtime: &'a Realtime,
    id: SocketId,
    mailbox: Arc<Mailbox>,
    channels: HashMap<String, Subscription>,
    faults: u8,
    /// Why the connection ends: its last channel has ended.
    ending: Option<Ending>,
    /// Paces the subscriptions.
    pace: Pace,
    /// When the last client events came.
    events: VecDeque<Instant>,
}

/// A subscribed channel.
struct Subscription {
    list: Uuid,
    /// Whether it is of who is present, and not of changes.
    is_presence: bool,
    /// The version up to which the client has been sent everything.
    cursor: Version,
}

/// Why a subscription is refused.
enum Refusal {
    /// There is no such channel: the list is unknown or deleted.
    NotFound,
    /// The channel requires authorization.
    Unauthorized,
    /// The room is full.
    Full,
    /// The store cannot be read at the moment.
    Unavailable,
}

impl<'a> Session<'a> {
    pub(super) fn new(realtime: &'a Realtime, id: SocketId, mailbox: Arc<Mailbox>) -> Self {
        Self {
            realtime,
            id,
            mailbox,
            channels: HashMap::new(),
            faults: 0,
            ending: None,
            pace: Pace::new(SUBSCRIPTIONS_AT_ONCE, SUBSCRIPTION_PACE),
            events: VecDeque::new(),
        }
    }

    /// Answers a frame of the client. An error ends the connection.
    pub(super) async fn answer(&mut self, text: &str) -> Result<Option<Text>, Ending> {
        let frame = match ClientFrame::parse(text) {
            Ok(frame) => frame,
            Err(malformed) => return self.malformed(&malformed.0).map(Some),
        };
        match frame {
            ClientFrame::Ping => Ok(self.good(Some(ServerFrame::Pong.encode().into()))),
            ClientFrame::Pong => Ok(self.good(None)),
            ClientFrame::Subscribe {
                channel,
                since,
                epoch,
                auth,
                channel_data,
            } => {
                let since = since.map(|version| Cursor { epoch, version });
                let signed = auth.zip(channel_data);
                self.subscribe(channel, since, signed).await.map(Some)
            }
            ClientFrame::Unsubscribe { channel } => self.unsubscribe(&channel),
            ClientFrame::Event {
                channel,
                event,
                data,
            } => self.relay(&channel, &event, &data),
            ClientFrame::Other { .. } => self.reject("Only client events of presence channels are"),
        }
    }

    /// Returns the frame's text, unless the client has been sent its change already.
    pub(super) fn pass(&mut self, frame: &Frame) -> Option<Text> {
        let subscription = self.channels.get_mut(&*frame.channel)?;
        if frame.version > Version::ZERO {
            if frame.version <= subscription.cursor {
                return None;
            }
            subscription.cursor = frame.version;
        }
        if let Some(end) = frame.end {
            self.channels.remove(&*frame.channel);
            // A client that has other lists open keeps its connection.
            self.ending = self.channels.is_empty().then(|| end.into());
        }
        let text = Text::try_from(frame.text.clone());
        let text = text.expect("the hub writes frames as strings");
        (!text.is_empty()).then_some(text)
    }

    /// Returns why the connection ends, once all its channels have ended.
    pub(super) fn ending(&self) -> Option<Ending> {
        self.ending
    }

    /// Answers a malformed frame.
    pub(super) fn malformed(&mut self, how: &str) -> Result<Text, Ending> {
        self.fault(None, &format!("Malformed frame: {how}"))
    }

    /// Whether the client is in the room of a list.
    pub(super) fn is_present(&self) -> bool {
        self.channels.values().any(|it| it.is_presence)
    }

    async fn subscribe(
        &mut self,
        channel: String,
        since: Option<Cursor>,
        signed: Option<(String, String)>,
    ) -> Result<Text, Ending> {
        if self.channels.contains_key(&channel) {
            return self.fault(None, &format!("Existing subscription to channel {channel}"));
        }
        if self.channels.len() >= MAX_CHANNELS {
            return self.fault(
                None,
                &format!("A socket may subscribe to at most {MAX_CHANNELS} channels"),
            );
        }
        let delay = self.pace.delay(Instant::now(), 1);
        if !delay.is_zero() {
            // The socket is not read meanwhile, which slows the client down.
            time::sleep(delay).await;
        }
        let joined = match presence_token(&channel) {
            Some(token) => self.enter(&channel, Token(token.to_owned()), signed).await,
            None => self.join(&channel, since).await,
        };
        match joined {
            Ok(answer) => Ok(self.good(answer)),
            Err(refusal) => Ok(refusal.frame(channel)),
        }
    }

    /// Joins the hub first, then reads, then goes live, so nothing is missed. What is committed in
    /// between arrives twice, and the cursor filters it.
    async fn join(&mut self, channel: &str, since: Option<Cursor>) -> Result<Text, Refusal> {
        let token = public_token(channel)?;
        let store = &self.realtime.store;
        let link = store.known_link(&token).await?;
        let link = link.ok_or(Refusal::NotFound)?;
        let list = link.list;
        // From here on, dropping the session leaves the hub.
        let hub = &self.realtime.hub;
        let entry = Entry {
            channel,
            access: link.access,
            links_version: link.version,
        };
        let is_first = hub.join(list, entry, &self.id, &self.mailbox);
        self.channels.insert(
            channel.to_owned(),
            Subscription {
                list,
                cursor: Version::MAX,
                is_presence: false,
            },
        );
        // Delivery begins here; what is read next reaches at least as far.
        let begun = if is_first {
            store
                .head(list)
                .await
                .map(|head| hub.begin(list, head.unwrap_or_default()))
        } else {
            Ok(())
        };
        let read = match begun {
            // The link is looked up anew: it may have been replaced before the hub was joined.
            Ok(()) => read(store, &token, since).await,
            Err(error) => Err(error),
        };
        let is_too_much = match &read {
            Ok(told) => told.newest.is_some(),
            Err(_) => true,
        };
        if is_too_much {
            // The next subscription waits for this one.
            self.pace.delay(Instant::now(), LARGE_COST - 1);
        }
        match (read, self.channels.get_mut(channel)) {
            (Ok(told), Some(subscription)) => {
                subscription.cursor = told.head;
                if let Some(newest) = told.newest {
                    let frame = Frame::new(channel, &newest);
                    self.mailbox.offer(&[Arc::new(frame)]);
                }
                Ok(event_frame(channel, SUBSCRIBED, &told.data).into())
            }
            (Ok(_), None) => Err(Refusal::NotFound),
            (Err(error), _) => {
                self.leave(channel);
                Err(error.into())
            }
        }
    }

    fn reject(&mut self, what: &str) -> Result<Option<Text>, Ending> {
        let message = format!("{what} accepted");
        self.fault(Some(CLIENT_EVENT_REJECTED), &message).map(Some)
    }

    fn unsubscribe(&mut self, channel: &str) -> Result<Option<Text>, Ending> {
        if self.leave(channel) {
            Ok(self.good(None))
        } else {
            self.fault(None, &format!("No subscription to channel {channel}"))
                .map(Some)
        }
    }

    fn leave(&mut self, channel: &str) -> bool {
        let subscription = self.channels.remove(channel);
        if let Some(Subscription { list, .. }) = &subscription {
            self.realtime.hub.leave(*list, channel, &self.id);
        }
        subscription.is_some()
    }

    fn good<T>(&mut self, answer: T) -> T {
        self.faults = self.faults.saturating_sub(1);
        answer
    }

    fn fault(&mut self, code: Option<u16>, message: &str) -> Result<Text, Ending> {
        self.faults += 1;
        if self.faults > MAX_FAULTS {
            return Err(Ending::FLOOD);
        }
        Ok(ServerFrame::Error {
            code,
            message: message.to_owned(),
        }
        .encode()
        .into())
    }
}

impl Drop for Session<'_> {
    fn drop(&mut self) {
        for (channel, subscription) in &self.channels {
            self.realtime
                .hub
                .leave(subscription.list, channel, &self.id);
        }
    }
}

/// The answer to a new subscription.
struct Told {
    /// The version up to which it tells everything.
    head: Version,
    /// The answer, as JSON.
    data: String,
    /// The change to send next. It leaves a gap, upon which the client reads what it has missed
    /// over HTTP.
    newest: Option<Change<Record>>,
}

/// Reads the answer to a new subscription. If the catch-up is too large for a socket, the answer is
/// empty and the newest change follows, which leaves a gap. A client that would see no gap is
/// refused, and polls over HTTP until it subscribes again.
async fn read(store: &Store, token: &Token, since: Option<Cursor>) -> Result<Told, StoreError> {
    let Some(cursor) = since else {
        let head = store.cursor(token).await?.ok_or(StoreError::UnknownList)?;
        let data = json!({ "head": head.version, "epoch": head.epoch });
        return Ok(Told {
            head: head.version,
            data: data.to_string(),
            newest: None,
        });
    };
    let (catch_up, newest) = match store.catch_up_within(token, since, MAX_CATCH_UP).await? {
        Ok(catch_up) => (catch_up, None),
        Err(newest) if newest.version() > cursor.version.next() => {
            let nothing = CatchUp {
                head: cursor.version,
                epoch: cursor.epoch,
                reset: false,
                changes: Vec::new(),
            };
            (nothing, Some(newest))
        }
        Err(_) => return Err(StoreError::Busy),
    };
    let data = serde_json::to_string(&catch_up);
    Ok(Told {
        head: catch_up.head,
        data: data.expect("rows have string keys and no failing serializer"),
        newest,
    })
}

/// Returns the token in the name of a list's channel.
fn public_token(channel: &str) -> Result<Token, Refusal> {
    match channel.split_once('-') {
        Some(("list", token)) => Ok(Token(token.to_owned())),
        Some(("private" | "presence", _)) => Err(Refusal::Unauthorized),
        _ => Err(Refusal::NotFound),
    }
}

impl Refusal {
    fn frame(&self, channel: String) -> Text {
        let (kind, status, message) = match self {
            Self::NotFound => ("NotFound", 404, "This list does not exist."),
            Self::Unauthorized => ("AuthError", 401, "This channel requires authorization."),
            Self::Full => ("LimitReached", 403, "Too many people are here."),
            Self::Unavailable => ("ServerError", 503, "The list cannot be read right now."),
        };
        ServerFrame::SubscriptionError {
            channel,
            kind: kind.to_owned(),
            status,
            message: message.to_owned(),
        }
        .encode()
        .into()
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        match app::Error::from(error) {
            app::Error::UnknownList => Self::NotFound,
            _ => Self::Unavailable,
        }
    }
}
