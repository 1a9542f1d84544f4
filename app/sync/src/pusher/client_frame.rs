use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{
    MalformedFrame,
    wire::{self, Incoming, Nothing, PING, PONG},
};
use crate::{Epoch, Version};

const SUBSCRIBE: &str = "pusher:subscribe";
/// How the names of client events begin.
const CLIENT_EVENT: &str = "client-";
const UNSUBSCRIBE: &str = "pusher:unsubscribe";

/// Usual size of a subscription's data, in bytes.
const SUBSCRIPTION_BYTES: usize = 256;

/// A frame from a client.
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
        since: Option<Version>,
        /// Tandem's addition: the epoch of that cursor.
        epoch: Option<Epoch>,
        /// The signature, for private and presence channels. `pusher-js` sends `""` for public ones.
        auth: Option<String>,
        /// The member's data, a JSON text, for presence channels.
        channel_data: Option<String>,
    },
    /// `pusher:unsubscribe`.
    Unsubscribe {
        /// The channel.
        channel: String,
    },
    /// A client event, `client-…`, on a channel.
    Event {
        /// The channel.
        channel: String,
        /// The event's name.
        event: String,
        /// The data, a JSON text.
        data: String,
    },
    /// Any other event.
    Other {
        /// The event's name.
        event: String,
    },
}

#[derive(Deserialize)]
struct Subscribe {
    channel: String,
    since: Option<Version>,
    epoch: Option<Epoch>,
    auth: Option<String>,
    channel_data: Option<String>,
}

/// [`Subscribe`] as it is written, borrowed.
#[derive(Serialize)]
struct SubscribeRef<'a> {
    channel: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<Version>,
    #[serde(skip_serializing_if = "Option::is_none")]
    epoch: Option<Epoch>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    channel_data: Option<&'a str>,
}

#[derive(Deserialize)]
struct Unsubscribe {
    channel: String,
}

/// [`Unsubscribe`] as it is written, borrowed.
#[derive(Serialize)]
struct UnsubscribeRef<'a> {
    channel: &'a str,
}

impl ClientFrame {
    /// Parses a frame.
    ///
    /// # Errors
    /// Returns an error if the text is not a frame, or a subscription's data does not fit the protocol.
    pub fn parse(text: &str) -> Result<Self, MalformedFrame> {
        let frame = Incoming::read(text)?;
        Ok(match &*frame.event {
            PING => Self::Ping,
            PONG => Self::Pong,
            SUBSCRIBE => {
                let Subscribe {
                    channel,
                    since,
                    epoch,
                    auth,
                    channel_data,
                } = frame.data()?;
                Self::Subscribe {
                    channel,
                    since,
                    epoch,
                    auth,
                    channel_data,
                }
            }
            UNSUBSCRIBE => {
                let Unsubscribe { channel } = frame.data()?;
                Self::Unsubscribe { channel }
            }
            _ => match frame {
                Incoming {
                    event,
                    channel: Some(channel),
                    data,
                } if event.starts_with(CLIENT_EVENT) => Self::Event {
                    channel,
                    event: event.into_owned(),
                    data: data.into_owned(),
                },
                frame => Self::Other {
                    event: frame.event.into_owned(),
                },
            },
        })
    }

    /// Returns the frame as text.
    pub fn encode(&self) -> String {
        match self {
            Self::Ping => wire::write(PING, None, &Nothing {}, 0),
            Self::Pong => wire::write(PONG, None, &Nothing {}, 0),
            Self::Subscribe {
                channel,
                since,
                epoch,
                auth,
                channel_data,
            } => {
                let data = SubscribeRef {
                    channel,
                    since: *since,
                    epoch: *epoch,
                    auth: auth.as_deref(),
                    channel_data: channel_data.as_deref(),
                };
                wire::write(SUBSCRIBE, None, &data, SUBSCRIPTION_BYTES)
            }
            Self::Unsubscribe { channel } => wire::write(
                UNSUBSCRIBE,
                None,
                &UnsubscribeRef { channel },
                channel.len(),
            ),
            Self::Event {
                channel,
                event,
                data,
            } => match serde_json::from_str::<&RawValue>(data) {
                Ok(json) => wire::write(event, Some(channel), json, data.len()),
                Err(_) => wire::write(event, Some(channel), data, data.len()),
            },
            Self::Other { event } => wire::write(event, None, &Nothing {}, 0),
        }
    }
}
