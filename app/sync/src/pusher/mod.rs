//! The frames of the Pusher Channels protocol, version 7, both directions.
//!
//! A frame is a JSON object `{event, channel?, data?}`. A server's `data` is a JSON *text*, encoded as a
//! string (except in errors); a client's is an object. Parsing accepts both from either side, as the
//! existing libraries do; writing follows the protocol:
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

/// Why a text is not a frame. It never contains the text, so it may be logged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a frame of the protocol: {0}")]
pub struct MalformedFrame(pub String);

/// Returns the frame of an event whose data is a JSON text already, so that a server serializes a row only
/// once. The text is not checked.
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

/// Returns the frame of a client event as the other members of a presence channel get it: it also names the
/// member who sent it. The data is a JSON text.
pub fn client_event_frame(channel: &str, event: &str, data_json: &str, user_id: &str) -> String {
    wire::write_by(event, channel, data_json, user_id)
}

/// Close codes. Their hundreds tell the client what to do next.
pub mod close {
    /// The application key is unknown. 4000–4099: do not come back.
    pub const UNKNOWN_KEY: u16 = 4001;
    /// The protocol version is not supported: 5 to 7 are.
    pub const UNSUPPORTED_PROTOCOL: u16 = 4007;
    /// Tandem's addition: all lists that the client listened to were deleted.
    pub const LIST_DESTROYED: u16 = 4040;
    /// Tandem's addition: all links by which the client listened were replaced by new ones.
    pub const LINK_REPLACED: u16 = 4041;
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
