use std::fmt;

use serde::{Deserialize, Serialize};

/// The id that the server gives a socket: `digits.digits`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SocketId(pub String);

impl SocketId {
    /// The most bytes that [`SocketId::parse`] takes: two numbers of 64 bits fit.
    pub const MAX_LEN: usize = 41;

    /// Reads an id that somebody claims to have: `digits.digits`, of at most
    /// [`SocketId::MAX_LEN`] bytes. For what requests say; a frame's id is taken as the server
    /// wrote it.
    ///
    /// ```
    /// use sync::pusher::SocketId;
    ///
    /// assert!(SocketId::parse("123.456").is_some());
    /// assert!(SocketId::parse("123.").is_none());
    /// ```
    pub fn parse(text: &str) -> Option<Self> {
        let is_number =
            |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let (left, right) = text.split_once('.')?;
        (text.len() <= Self::MAX_LEN && is_number(left) && is_number(right))
            .then(|| Self(text.to_owned()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SocketId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
