use axum::extract::ws::{CloseFrame, close_code};
use sync::pusher::close;

/// Why a connection ends, and what the client is told: the code says whether it comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ending(Option<(u16, &'static str)>);

impl Ending {
    /// The client closed, or cannot be reached.
    pub(super) const GONE: Self = Self(None);
    /// The server stops; another one, or this one started anew, will answer.
    pub(super) const STOPPING: Self = Self(Some((close::RECONNECT, "the server restarts")));
    /// The client did not read as fast as its lists changed.
    pub(super) const TOO_SLOW: Self = Self(Some((close::RECONNECT, "too slow, catch up")));
    /// The client said nothing for too long.
    pub(super) const SILENT: Self = Self(Some((close::PONG_NOT_RECEIVED, "no answer to a ping")));
    /// What the client sends is no WebSocket message, or too long a one.
    pub(super) const UNREADABLE: Self = Self(Some((close_code::POLICY, "unreadable message")));
    /// The client goes on sending what is not the protocol.
    pub(super) const FLOOD: Self = Self(Some((close::OVER_CAPACITY, "too many malformed frames")));

    /// What the client is told; nothing if it is gone.
    pub(super) fn frame(self) -> Option<CloseFrame> {
        self.0.map(|(code, reason)| CloseFrame {
            code,
            reason: reason.into(),
        })
    }
}
