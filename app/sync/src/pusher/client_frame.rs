use serde::{Deserialize, Serialize};

use super::{
    MalformedFrame,
    wire::{self, Incoming, Nothing, PING, PONG},
};
use crate::Epoch;

const SUBSCRIBE: &str = "pusher:subscribe";
const UNSUBSCRIBE: &str = "pusher:unsubscribe";

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
        /// Tandem's addition: the epoch of that cursor.
        epoch: Option<Epoch>,
        /// For private and presence channels. `pusher-js` says `""` for public ones.
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

#[derive(Deserialize)]
struct Subscribe {
    channel: String,
    since: Option<u64>,
    epoch: Option<Epoch>,
    auth: Option<String>,
    channel_data: Option<String>,
}

/// The same to be written, borrowed.
#[derive(Serialize)]
struct SubscribeRef<'a> {
    channel: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<u64>,
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

/// The same to be written, borrowed.
#[derive(Serialize)]
struct UnsubscribeRef<'a> {
    channel: &'a str,
}

impl ClientFrame {
    /// Reads a frame.
    ///
    /// # Errors
    /// When it is none, or a subscription's data is not of the protocol's shape.
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
            _ => Self::Other {
                event: frame.event.into_owned(),
            },
        })
    }

    /// The frame as text.
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
            } => write_subscribe(&SubscribeRef {
                channel,
                since: *since,
                epoch: *epoch,
                auth: auth.as_deref(),
                channel_data: channel_data.as_deref(),
            }),
            Self::Unsubscribe { channel } => wire::write(
                UNSUBSCRIBE,
                None,
                &UnsubscribeRef { channel },
                channel.len(),
            ),
            Self::Other { event } => wire::write(event, None, &Nothing {}, 0),
        }
    }
}

fn write_subscribe(data: &SubscribeRef<'_>) -> String {
    let size = data.channel.len()
        + data.auth.map_or(0, str::len)
        + data.channel_data.map_or(0, str::len)
        + 128;
    wire::write(SUBSCRIBE, None, data, size)
}
