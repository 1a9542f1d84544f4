use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    MalformedFrame, SocketId, event_frame,
    wire::{self, Incoming, PING, PONG},
};

const ESTABLISHED: &str = "pusher:connection_established";
const ERROR: &str = "pusher:error";
const SUBSCRIBED: &str = "pusher_internal:subscription_succeeded";
const SUBSCRIPTION_ERROR: &str = "pusher:subscription_error";

/// What a server says.
#[derive(Clone, Debug, PartialEq)]
pub enum ServerFrame {
    /// `pusher:connection_established`.
    Established {
        /// The socket's id.
        socket_id: SocketId,
        /// After so many seconds of silence the client asks with a ping. Never 0, or `pusher-js`
        /// takes it for missing; 120 when a server does not say.
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
        /// Such as 404; 0 when the server did not say.
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
        /// The data, parsed; null when there was none, a string when it was no JSON.
        data: Value,
    },
}

#[derive(Serialize, Deserialize)]
struct Established {
    socket_id: SocketId,
    #[serde(default = "default_activity_timeout")]
    activity_timeout: u32,
}

/// What the protocol recommends to clients that were not told.
fn default_activity_timeout() -> u32 {
    120
}

impl ServerFrame {
    /// Reads a frame. Errors are read leniently: what they lack is empty, since an error that is
    /// not understood is an error still.
    ///
    /// # Errors
    /// When it is none, or an event without a channel that the protocol does not know.
    pub fn parse(text: &str) -> Result<Self, MalformedFrame> {
        let frame = Incoming::read(text)?;
        match &*frame.event {
            PING => Ok(Self::Ping),
            PONG => Ok(Self::Pong),
            ERROR => Ok(Self::error(&frame.data)),
            ESTABLISHED => {
                let Established {
                    socket_id,
                    activity_timeout,
                } = frame.data()?;
                Ok(Self::Established {
                    socket_id,
                    activity_timeout,
                })
            }
            _ => Self::on_channel(frame),
        }
    }

    fn on_channel(frame: Incoming<'_>) -> Result<Self, MalformedFrame> {
        let Incoming {
            event,
            channel,
            data,
        } = frame;
        let channel =
            channel.ok_or_else(|| MalformedFrame("an event without a channel".to_owned()))?;
        Ok(match &*event {
            SUBSCRIBED => Self::Subscribed { channel, data },
            SUBSCRIPTION_ERROR => Self::SubscriptionError {
                channel,
                kind: text(&data["type"]),
                status: number(&data["status"]).unwrap_or_default(),
                message: text(&data["error"]),
            },
            _ => Self::Event {
                channel,
                event: event.into_owned(),
                data,
            },
        })
    }

    fn error(data: &Value) -> Self {
        let message = if data.is_string() {
            data
        } else {
            &data["message"]
        };
        Self::Error {
            code: number(&data["code"]),
            message: text(message),
        }
    }

    /// The frame as text.
    pub fn encode(&self) -> String {
        match self {
            Self::Ping => wire::write(PING, None, &json!({}), 0),
            Self::Pong => wire::write(PONG, None, &json!({}), 0),
            Self::Established {
                socket_id,
                activity_timeout,
            } => {
                let data = json!({ "socket_id": socket_id, "activity_timeout": activity_timeout });
                wire::write(ESTABLISHED, None, &data.to_string(), 0)
            }
            Self::Error { code, message } => wire::write(
                ERROR,
                None,
                &json!({ "message": message, "code": code }),
                message.len(),
            ),
            Self::Subscribed { channel, data } => {
                event_frame(channel, SUBSCRIBED, &data.to_string())
            }
            Self::SubscriptionError {
                channel,
                kind,
                status,
                message,
            } => {
                let data = json!({ "type": kind, "error": message, "status": status });
                wire::write(SUBSCRIPTION_ERROR, Some(channel), &data, message.len())
            }
            Self::Event {
                channel,
                event,
                data,
            } => event_frame(channel, event, &data.to_string()),
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn number(value: &Value) -> Option<u16> {
    value.as_u64().and_then(|number| number.try_into().ok())
}
