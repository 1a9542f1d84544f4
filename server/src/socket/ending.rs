use axum::extract::ws::{CloseFrame, close_code};
use sync::pusher::close;

use crate::hub::End;

/// Why a connection ends. Holds the close code, which decides whether the client reconnects, and
/// the reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ending(Option<(u16, &'static str)>);

impl Ending {
    /// The client closed the connection, or is unreachable.
    pub(super) const GONE: Self = Self(None);
    /// The server stops. Another one, or its next start, will answer.
    pub(super) const STOPPING: Self = Self(Some((close::RECONNECT, "the server restarts")));
    /// The client reads more slowly than its lists change.
    pub(super) const TOO_SLOW: Self = Self(Some((close::RECONNECT, "too slow, catch up")));
    /// The client was silent for too long.
    pub(super) const SILENT: Self = Self(Some((close::PONG_NOT_RECEIVED, "no answer to a ping")));
    /// The client sent something that is not a WebSocket message, or is too long.
    pub(super) const UNREADABLE: Self = Self(Some((close_code::POLICY, "unreadable message")));
    /// The client keeps sending malformed frames.
    pub(super) const FLOOD: Self = Self(Some((close::OVER_CAPACITY, "too many malformed frames")));

    /// The only list that the client listened to was deleted.
    const LIST_DESTROYED: Self = Self(Some((close::LIST_DESTROYED, "the list was deleted")));
    /// The only link by which the client listened was replaced.
    const LINK_REPLACED: Self = Self(Some((close::LINK_REPLACED, "the link was replaced")));

    /// Returns the close frame, or `None` if the client is gone.
    pub(super) fn frame(self) -> Option<CloseFrame> {
        self.0.map(|(code, reason)| CloseFrame {
            code,
            reason: reason.into(),
        })
    }
}

impl From<End> for Ending {
    fn from(end: End) -> Self {
        match end {
            End::ListDestroyed => Self::LIST_DESTROYED,
            End::LinkReplaced => Self::LINK_REPLACED,
        }
    }
}
