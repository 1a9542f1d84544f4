//! The frames of the Pusher Channels protocol, version 7, both directions.
//!
//! A frame is a JSON object `{event, channel?, data?}`. What a server says in `data` is a JSON
//! *text*, encoded once more as a string (errors aside); what a client says there is an object.
//! Reading takes either from either side, as the libraries in the field do; writing keeps to the
//! protocol:
//! <https://pusher.com/docs/channels/library_auth_reference/pusher-websockets-protocol/>.

mod client_frame;
mod server_frame;
mod socket_id;
#[cfg(test)]
mod tests;
mod wire;

pub use client_frame::ClientFrame;
pub use server_frame::ServerFrame;
pub use socket_id::SocketId;

/// A text that is no frame, and in what way. It never repeats the text, so it may be logged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a frame of the protocol: {0}")]
pub struct MalformedFrame(pub String);

/// The frame of an event whose data is a JSON text already: so a server writes a row once for all.
/// The text is not looked into.
///
/// ```
/// use sync::pusher::{ServerFrame, event_frame};
///
/// let frame = event_frame("list-abc", "destroyed", r#"{"id":7}"#);
/// assert_eq!(frame, r#"{"event":"destroyed","channel":"list-abc","data":"{\"id\":7}"}"#);
/// assert!(matches!(ServerFrame::parse(&frame), Ok(ServerFrame::Event { event, .. }) if event == "destroyed"));
/// ```
pub fn event_frame(channel: &str, event: &str, data_json: &str) -> String {
    wire::write(event, Some(channel), data_json, data_json.len())
}

/// Close codes; the hundreds say what the client does next.
pub mod close {
    /// The application key is unknown. 4000–4099: do not come back.
    pub const UNKNOWN_KEY: u16 = 4001;
    /// The protocol number is none that is served: those are 5 to 7.
    pub const UNSUPPORTED_PROTOCOL: u16 = 4007;
    /// Over capacity. 4100–4199: come back after a while.
    pub const OVER_CAPACITY: u16 = 4100;
    /// Come back at once (4200–4299): the client was too slow for its queue, or the server
    /// restarts.
    pub const RECONNECT: u16 = 4200;
    /// A ping was not answered.
    pub const PONG_NOT_RECEIVED: u16 = 4201;
    /// Closed after inactivity.
    pub const INACTIVE: u16 = 4202;
}
