//! What can go wrong, as a client may know it.

use leptos::{
    prelude::{FromServerFnError, ServerFnErrorErr},
    server_fn::{Bytes, Decodes},
};
use serde::{Deserialize, Serialize};
use sync::Refusal;

use crate::codec::JsonTextEncoding;

/// What can go wrong, as a client may know it: no internal text is in here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Error {
    /// No list has this token; or it was deleted, for callers that need not know.
    #[error("This list does not exist.")]
    UnknownList,
    /// Somebody has deleted the list: browsers may forget it. They keep one that is merely unknown,
    /// since the server may be looking at the wrong database.
    #[error("This list does not exist.")]
    DestroyedList,
    /// The list has no such entry.
    #[error("This item does not exist.")]
    UnknownItem,
    /// The link only reads.
    #[error("This link is view-only.")]
    ReadOnly,
    /// The change was not taken.
    #[error("{0}")]
    Refused(Refusal),
    /// The request is malformed; the text says how.
    #[error("{0}")]
    BadRequest(String),
    /// Something between the page and the server has refused the request, with this status.
    #[error("Something on the way refused the request, with status {0}.")]
    Blocked(u16),
    /// Too much at once.
    #[error("That is too much at once.")]
    TooLarge,
    /// The server answers what only a later version of this page understands.
    #[error("This page is older than the server.")]
    Outdated,
    /// The server cannot be reached, or cannot do it now: try again.
    #[error("The server is not available right now.")]
    Unavailable,
    /// The server does not know the address of the page that asks as its own: whoever runs it has to
    /// name it. Nothing is lost meanwhile.
    #[error("This server does not know the address of this page. Start it with --public-url.")]
    ForeignOrigin,
    /// The server's disk is nearly full: try again later.
    #[error("The server is almost out of disk space, so nothing was changed. Reading still works.")]
    StorageFull,
    /// Something is wrong with the server. What it is stands in its log.
    #[error("Something went wrong on the server.")]
    Internal,
}

impl Error {
    /// The status that HTTP has for it.
    pub fn status(&self) -> u16 {
        match self {
            Self::UnknownList
            | Self::DestroyedList
            | Self::UnknownItem
            | Self::Refused(Refusal::NotFound) => 404,
            Self::ReadOnly | Self::ForeignOrigin => 403,
            Self::Blocked(status) => *status,
            Self::Refused(Refusal::Destroyed) => 410,
            Self::Refused(Refusal::Full { .. } | Refusal::NoRoom { .. }) => 409,
            Self::Refused(_) => 422,
            Self::BadRequest(_) | Self::Outdated => 400,
            Self::TooLarge => 413,
            Self::Unavailable | Self::StorageFull => 503,
            Self::Internal => 500,
        }
    }

    /// Whether the same request may succeed later: then nothing is given up.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable | Self::Outdated | Self::Internal) || self.is_blocked()
    }

    /// Whether the server is there and does not get to decide, or cannot save: whoever runs it has to
    /// mend something.
    pub fn is_blocked(&self) -> bool {
        matches!(
            self,
            Self::ForeignOrigin | Self::Blocked(_) | Self::StorageFull
        )
    }
}

impl From<Refusal> for Error {
    fn from(reason: Refusal) -> Self {
        Self::Refused(reason)
    }
}

impl FromServerFnError for Error {
    type Encoder = JsonTextEncoding;

    /// What cannot be read as an error of the server's is one of a proxy's, or of a later version: in any
    /// case, nothing was done.
    fn de(bytes: Bytes) -> Self {
        JsonTextEncoding::decode(bytes).unwrap_or(Self::Unavailable)
    }

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Request(_) | ServerFnErrorErr::Response(_) => Self::Unavailable,
            ServerFnErrorErr::Args(_)
            | ServerFnErrorErr::MissingArg(_)
            | ServerFnErrorErr::Deserialization(_) => {
                Self::BadRequest("The request cannot be read.".to_owned())
            }
            _ => Self::Internal,
        }
    }
}
