//! The JSON around every frame.

use std::borrow::Cow;

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{DeserializeOwned, IgnoredAny},
};
use serde_json::{error::Category, value::RawValue};

use super::MalformedFrame;

/// `pusher:ping`, said by both sides.
pub(super) const PING: &str = "pusher:ping";
/// `pusher:pong`, said by both sides.
pub(super) const PONG: &str = "pusher:pong";

/// A frame as it arrived.
#[derive(Deserialize)]
pub(super) struct Incoming<'a> {
    #[serde(borrow)]
    pub(super) event: Cow<'a, str>,
    pub(super) channel: Option<String>,
    /// A JSON text: `null` when there is none; decoded when it was a string that holds JSON.
    #[serde(borrow, default = "null", deserialize_with = "decoded")]
    pub(super) data: Cow<'a, str>,
}

impl<'a> Incoming<'a> {
    pub(super) fn read(text: &'a str) -> Result<Self, MalformedFrame> {
        serde_json::from_str(text).map_err(|error| {
            let what = match error.classify() {
                Category::Data => "no object with a text as its `event`",
                Category::Syntax | Category::Eof | Category::Io => "no JSON",
            };
            MalformedFrame(format!(
                "{what} (line {}, column {})",
                error.line(),
                error.column()
            ))
        })
    }

    /// The data as what the event promises.
    pub(super) fn data<T: DeserializeOwned>(self) -> Result<T, MalformedFrame> {
        serde_json::from_str(&self.data)
            .map_err(|_| MalformedFrame("the `data` does not fit the event".to_owned()))
    }
}

fn null() -> Cow<'static, str> {
    "null".into()
}

/// A string that holds no JSON stands for itself: `pusher-js` takes it so.
fn decoded<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Cow<'de, str>, D::Error> {
    let json = <&RawValue>::deserialize(deserializer)?.get();
    if json.starts_with('"')
        && let Ok(text) = serde_json::from_str::<String>(json)
        && serde_json::from_str::<IgnoredAny>(&text).is_ok()
    {
        return Ok(text.into());
    }
    Ok(json.into())
}

/// Data in which there is nothing to say.
#[derive(Serialize)]
pub(super) struct Nothing {}

#[derive(Serialize)]
struct Outgoing<'a, D: ?Sized> {
    event: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<&'a str>,
    data: &'a D,
}

/// Writes a frame; `size` is about how long its data is, in bytes.
pub(super) fn write<D: Serialize + ?Sized>(
    event: &str,
    channel: Option<&str>,
    data: &D,
    size: usize,
) -> String {
    // The quotes of a row become two bytes each, and 64 hold the rest of the frame.
    let mut json =
        Vec::with_capacity(size + size / 4 + event.len() + channel.map_or(0, str::len) + 64);
    serde_json::to_writer(
        &mut json,
        &Outgoing {
            event,
            channel,
            data,
        },
    )
    .expect("texts, numbers and string keys always serialize, and a Vec takes every byte");
    String::from_utf8(json).expect("serde_json writes UTF-8")
}

/// Writes the frame of a member's event. The data is a JSON text.
pub(super) fn write_by(event: &str, channel: &str, data: &str, user_id: &str) -> String {
    #[derive(Serialize)]
    struct ClientEvent<'a> {
        event: &'a str,
        channel: &'a str,
        data: &'a str,
        user_id: &'a str,
    }
    let frame = ClientEvent {
        event,
        channel,
        data,
        user_id,
    };
    serde_json::to_string(&frame).expect("texts always serialize")
}
