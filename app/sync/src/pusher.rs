//! The frames of the Pusher Channels protocol, version 7, both directions.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The id that the server gives a socket: `digits.digits`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SocketId(pub String);

impl fmt::Display for SocketId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a server says.
#[derive(Clone, Debug, PartialEq)]
pub enum ServerFrame {
    /// `pusher:connection_established`.
    Established {
        /// The socket's id.
        socket_id: SocketId,
        /// After so many seconds of silence the client asks with a ping.
        activity_timeout: u32,
    },
    /// `pusher:ping`.
    Ping,
    /// `pusher:pong`.
    Pong,
    /// `pusher:error`.
    Error {
        /// A close code (4000–4299), or none.
        code: Option<u16>,
        /// For people.
        message: String,
    },
    /// `pusher_internal:subscription_succeeded`. Its data is a catch-up, or `{head}` alone.
    Subscribed {
        /// The channel.
        channel: String,
        /// The data, parsed.
        data: Value,
    },
    /// `pusher:subscription_error`.
    SubscriptionError {
        /// The channel.
        channel: String,
        /// Such as `NotFound`.
        kind: String,
        /// Such as 404.
        status: u16,
        /// For people.
        message: String,
    },
    /// Any other event on a channel.
    Event {
        /// The channel.
        channel: String,
        /// The event's name.
        event: String,
        /// The data, parsed.
        data: Value,
    },
}

/// What a client says.
#[derive(Clone, Debug, PartialEq)]
pub enum ClientFrame {
    /// `pusher:ping`.
    Ping,
    /// `pusher:pong`.
    Pong,
    /// `pusher:subscribe`.
    Subscribe {
        /// The channel.
        channel: String,
        /// Tandem's addition: the cursor from which the client wants to catch up.
        since: Option<u64>,
        /// For private and presence channels.
        auth: Option<String>,
        /// For presence channels: who it is, a JSON text.
        channel_data: Option<String>,
    },
    /// `pusher:unsubscribe`.
    Unsubscribe {
        /// The channel.
        channel: String,
    },
    /// Any other event (client events are not accepted).
    Other {
        /// Its name.
        event: String,
    },
}

/// A text that is no frame.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a frame of the protocol: {0}")]
pub struct MalformedFrame(pub String);

impl ServerFrame {
    /// Reads a frame.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(text: &str) -> Result<Self, MalformedFrame> {
        todo!()
    }

    /// The frame as text.
    pub fn encode(&self) -> String {
        todo!()
    }
}

impl ClientFrame {
    /// Reads a frame.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(text: &str) -> Result<Self, MalformedFrame> {
        todo!()
    }

    /// The frame as text.
    pub fn encode(&self) -> String {
        todo!()
    }
}

/// The frame of an event whose data is a JSON text already: so a server writes a row once for all.
pub fn event_frame(channel: &str, event: &str, data_json: &str) -> String {
    todo!()
}

/// Close codes; the hundreds say what the client does next.
pub mod close {
    /// The application key is unknown. 4000–4099: do not come back.
    pub const UNKNOWN_KEY: u16 = 4001;
    /// The protocol number is not 7.
    pub const UNSUPPORTED_PROTOCOL: u16 = 4007;
    /// No protocol number was given.
    pub const NO_PROTOCOL: u16 = 4008;
    /// Over capacity. 4100–4199: come back after a while.
    pub const OVER_CAPACITY: u16 = 4100;
    /// Come back at once (4200–4299): the client was too slow for its queue, or the server restarts.
    pub const RECONNECT: u16 = 4200;
    /// A ping was not answered.
    pub const PONG_NOT_RECEIVED: u16 = 4201;
    /// Closed after inactivity.
    pub const INACTIVE: u16 = 4202;
}
