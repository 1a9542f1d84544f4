use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{json, value::RawValue};

use super::{
    MalformedFrame, SocketId, event_frame,
    wire::{self, Incoming, Nothing, PING, PONG},
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
        /// The data, a JSON text.
        data: String,
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
        /// The data, a JSON text: `null` when there was none, a string when it held no JSON.
        data: String,
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

/// What an error may say, each part not yet looked into.
#[derive(Default, Deserialize)]
struct Complaint<'a> {
    #[serde(borrow)]
    code: Option<&'a RawValue>,
    #[serde(borrow)]
    message: Option<&'a RawValue>,
    #[serde(borrow, rename = "type")]
    kind: Option<&'a RawValue>,
    #[serde(borrow)]
    status: Option<&'a RawValue>,
    #[serde(borrow)]
    error: Option<&'a RawValue>,
}

impl<'a> Complaint<'a> {
    fn read(json: &'a str) -> Self {
        serde_json::from_str(json).unwrap_or_default()
    }
}

/// What is absent, or not what it should be, is empty.
fn lenient<T: DeserializeOwned + Default>(part: Option<&RawValue>) -> T {
    part.and_then(|part| serde_json::from_str(part.get()).ok())
        .unwrap_or_default()
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
            SUBSCRIBED => Self::Subscribed {
                channel,
                data: data.into_owned(),
            },
            SUBSCRIPTION_ERROR => {
                let complaint = Complaint::read(&data);
                Self::SubscriptionError {
                    channel,
                    kind: lenient(complaint.kind),
                    status: lenient(complaint.status),
                    message: lenient(complaint.error),
                }
            }
            _ => Self::Event {
                channel,
                event: event.into_owned(),
                data: data.into_owned(),
            },
        })
    }

    fn error(data: &str) -> Self {
        let complaint = Complaint::read(data);
        Self::Error {
            code: lenient(complaint.code),
            message: serde_json::from_str(data).unwrap_or_else(|_| lenient(complaint.message)),
        }
    }

    /// The frame as text.
    pub fn encode(&self) -> String {
        match self {
            Self::Ping => wire::write(PING, None, &Nothing {}, 0),
            Self::Pong => wire::write(PONG, None, &Nothing {}, 0),
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
            Self::Subscribed { channel, data } => event_frame(channel, SUBSCRIBED, data),
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
            } => event_frame(channel, event, data),
        }
    }
}
