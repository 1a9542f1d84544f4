//! What can go wrong, as a client may know it.

use leptos::{
    prelude::{FromServerFnError, ServerFnErrorErr},
    server_fn::{Bytes, Decodes},
};
use serde::{Deserialize, Serialize};
use sync::Refusal;

use crate::codec::JsonTextEncoding;

/// What can go wrong, as a client may know it. Contains no internal text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Error {
    /// No list has this token. Also stands for a deleted list, for callers that need not know.
    #[error("This list does not exist.")]
    UnknownList,
    /// Someone has deleted the list, so browsers may forget it. They keep a list that is merely
    /// unknown, since the server may be using the wrong database.
    #[error("This list does not exist.")]
    DestroyedList,
    /// The link was replaced by a new one, so it no longer opens the list.
    #[error("This list does not exist.")]
    ReplacedLink,
    /// The list has no such item.
    #[error("This item does not exist.")]
    UnknownItem,
    /// The link is view-only.
    #[error("This link is view-only.")]
    ReadOnly,
    /// The change was refused.
    #[error("{0}")]
    Refused(Refusal),
    /// The request is malformed; the text says how.
    #[error("{0}")]
    BadRequest(String),
    /// A proxy between page and server has refused the request, with this status.
    #[error("Something on the way refused the request, with status {0}.")]
    Blocked(u16),
    /// The request is too large.
    #[error("That is too much at once.")]
    TooLarge,
    /// The server's answer needs a later version of this page.
    #[error("This page is older than the server.")]
    Outdated,
    /// The server cannot be reached, or cannot do this now. Trying again may help.
    #[error("The server is not available right now.")]
    Unavailable,
    /// The page's address is not one that the server knows as its own: the operator has to
    /// configure it. Nothing is lost meanwhile.
    #[error("This server does not know the address of this page. Start it with --public-url.")]
    ForeignOrigin,
    /// The server's disk is nearly full.
    #[error("The server is almost out of disk space, so nothing was changed. Reading still works.")]
    StorageFull,
    /// Something went wrong on the server. Its log says what.
    #[error("Something went wrong on the server.")]
    Internal,
}

impl Error {
    /// Returns the HTTP status.
    pub fn status(&self) -> u16 {
        match self {
            Self::UnknownList
            | Self::DestroyedList
            | Self::ReplacedLink
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

    /// Whether the same request may succeed later. If so, nothing is given up.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable | Self::Outdated | Self::Internal) || self.is_blocked()
    }

    /// Whether the server is reachable but cannot save: its operator has to fix something.
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

    /// An error that cannot be parsed comes from a proxy or a later version. Nothing was done in
    /// either case.
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
