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

/// A frame from a server.
#[derive(Clone, Debug, PartialEq)]
pub enum ServerFrame {
    /// `pusher:connection_established`.
    Established {
        /// The socket's id.
        socket_id: SocketId,
        /// Silence after which the client sends a ping, in seconds. Never 0, which `pusher-js` takes for
        /// missing; 120 if a server does not send it.
        activity_timeout: u32,
    },
    /// `pusher:ping`.
    Ping,
    /// `pusher:pong`.
    Pong,
    /// `pusher:error`.
    Error {
        /// The close code (4000–4299), if there is one.
        code: Option<u16>,
        /// A text for people.
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
        /// The kind of error, such as `NotFound`.
        kind: String,
        /// The HTTP status, such as 404; 0 if the server did not send it.
        status: u16,
        /// A text for people.
        message: String,
    },
    /// Any other event on a channel.
    Event {
        /// The channel.
        channel: String,
        /// The event's name.
        event: String,
        /// The data, a JSON text: `null` if there was none, a string if it was not JSON.
        data: String,
    },
}

#[derive(Serialize, Deserialize)]
struct Established {
    socket_id: SocketId,
    #[serde(default = "default_activity_timeout")]
    activity_timeout: u32,
}

/// The activity timeout that the protocol recommends for clients that were not sent one.
fn default_activity_timeout() -> u32 {
    120
}

/// The data of an error, whose parts are not parsed yet.
#[derive(Default, Deserialize)]
struct ErrorData<'a> {
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

impl<'a> ErrorData<'a> {
    fn read(json: &'a str) -> Self {
        serde_json::from_str(json).unwrap_or_default()
    }
}

/// Returns the default for a value that is missing or of another type.
fn lenient<T: DeserializeOwned + Default>(part: Option<&RawValue>) -> T {
    part.and_then(|part| serde_json::from_str(part.get()).ok())
        .unwrap_or_default()
}

impl ServerFrame {
    /// Parses a frame. Errors are parsed leniently, with defaults for what is missing, since an error that is
    /// not understood is still an error.
    ///
    /// # Errors
    /// Returns an error if the text is not a frame, or an unknown event without a channel.
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
                let error = ErrorData::read(&data);
                Self::SubscriptionError {
                    channel,
                    kind: lenient(error.kind),
                    status: lenient(error.status),
                    message: lenient(error.error),
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
        let error = ErrorData::read(data);
        Self::Error {
            code: lenient(error.code),
            message: serde_json::from_str(data).unwrap_or_else(|_| lenient(error.message)),
        }
    }

    /// Returns the frame as text.
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
