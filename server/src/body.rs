//! Reads request bodies into one buffer each, within a common memory budget.

use app::Error;
use axum::body::{Body, Bytes, HttpBody as _};
use futures_util::StreamExt as _;

use crate::{
    client::Network,
    memory::{Full, Memory, Room},
};

const MEBIBYTE: usize = 1024 * 1024;

/// Maximum memory of all bodies of calls and of the HTTP interface, in bytes. Beyond it, requests are
/// answered 503.
const MAX_BODIES: usize = 64 * MEBIBYTE;

/// Maximum memory of the bodies of one client, in bytes.
const SHARE: usize = 16 * MEBIBYTE;

/// Smallest buffer of a body, in bytes.
const MIN_BUFFER: usize = 1024;

static BODIES: Memory = Memory::new(MAX_BODIES, SHARE);

/// A body in memory, with its part of the budget.
pub(crate) struct Gathered {
    pub(crate) bytes: Bytes,
    /// Keeps the memory reserved, for as long as the bytes are held.
    pub(crate) room: Room,
}

/// Reads a body of at most `most` bytes. Pieces are copied, since a piece of a single byte can keep a
/// buffer of several KiB alive.
///
/// # Errors
/// [`Error::TooLarge`]; [`Error::Unavailable`] if the budget is used up; [`Error::BadRequest`] if the
/// body is incomplete or malformed.
pub(crate) async fn gather(network: Network, body: Body, most: usize) -> Result<Gathered, Error> {
    let hint = body.size_hint();
    if hint.lower() > most as u64 {
        return Err(Error::TooLarge);
    }
    let told = hint.upper().and_then(|told| usize::try_from(told).ok());
    let told = told.map_or(most, |told| told.min(most));
    let mut room = BODIES.room(network);
    let mut bytes = Vec::new();
    let mut pieces = body.into_data_stream();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|_| Error::BadRequest("The body cannot be read.".to_owned()))?;
        let length = bytes.len() + piece.len();
        if length > most {
            return Err(Error::TooLarge);
        }
        if length > bytes.capacity() {
            // Doubles the buffer, but not beyond the announced length.
            let capacity = (2 * bytes.capacity()).max(MIN_BUFFER).min(told).max(length);
            room.grow(capacity).map_err(|Full| Error::Unavailable)?;
            bytes.reserve_exact(capacity - bytes.len());
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(Gathered {
        bytes: bytes.into(),
        room,
    })
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    fn pieces(pieces: Vec<Result<&'static str, &'static str>>) -> Body {
        Body::from_stream(stream::iter(pieces))
    }

    fn network(last: u8) -> Network {
        Network::of([192, 0, 2, last].into())
    }

    #[tokio::test]
    async fn a_body_is_what_its_pieces_say_up_to_its_bound() {
        let gathered = gather(network(1), pieces(vec![Ok("ab"), Ok(""), Ok("c")]), 3).await;
        assert_eq!(&*gathered.expect("it fits").bytes, b"abc");
        for body in [pieces(vec![Ok("ab"), Ok("cd")]), Body::from("abcd")] {
            let refused = gather(network(1), body, 3).await;
            assert_eq!(refused.map(|_| ()).err(), Some(Error::TooLarge));
        }
        let broken = gather(network(1), pieces(vec![Ok("ab"), Err("it broke off")]), 3).await;
        assert!(matches!(broken.err(), Some(Error::BadRequest(_))));
    }

    #[tokio::test]
    async fn all_bodies_together_and_those_of_one_client_have_a_bound() {
        let full = |last| {
            let body = Body::from(vec![b'x'; MEBIBYTE]);
            gather(network(last), body, MEBIBYTE)
        };
        let mut held = Vec::new();
        for client in 1..=4 {
            for _ in 0..SHARE / MEBIBYTE {
                held.push(full(client).await.expect("room"));
            }
            let refused = full(client).await.map(|_| ());
            assert_eq!(refused.err(), Some(Error::Unavailable));
        }
        let refused = full(5).await.map(|_| ());
        assert_eq!(refused.err(), Some(Error::Unavailable));
        held.pop();
        assert!(full(5).await.is_ok());
    }
}
