//! Reads the import form part by part, and bounds the memory of all uploads.

use app::Error;
use axum::{
    extract::{
        FromRequest as _, Multipart, Request,
        multipart::{Field, MultipartError},
    },
    http::StatusCode,
};
use uuid::Uuid;

use crate::{
    client::Network,
    memory::{Full, Memory, Room},
    state::AppState,
};

/// Largest file, in bytes: a full list with long notes.
const MAX_FILE: usize = 8 * 1024 * 1024;

/// Largest previewed list that the form sends back, in bytes. It is JSON, whose escaped characters
/// take more than one byte.
pub(super) const MAX_LIST: usize = 2 * MAX_FILE;

/// Largest body, in bytes: either of them, and the rest of the form.
pub(super) const MAX_BODY: usize = MAX_LIST + 64 * 1024;

/// Maximum size of all bodies in memory, in bytes. Beyond it, an upload is answered 503.
const MAX_BODIES: usize = 4 * MAX_LIST;

/// Maximum size of the bodies of one client, in bytes.
const SHARE: usize = 2 * MAX_LIST;

static BODIES: Memory = Memory::new(MAX_BODIES, SHARE);

/// The content of the form.
pub(super) struct Sent {
    /// A file, a text, or a previewed list.
    pub(super) bytes: Vec<u8>,
    /// Whether the bytes are a file.
    pub(super) is_file: bool,
    /// The import's id, if it was previewed.
    pub(super) import: Option<Uuid>,
    /// Its share of the memory for bodies.
    _room: Room,
}

/// Reads the form: the previewed list, else the file if one was chosen, else the text.
pub(super) async fn read(request: Request, state: &AppState) -> Result<Sent, Error> {
    let mut room = BODIES.room(Network::of_request(request.extensions()));
    let parts = Multipart::from_request(request, state).await;
    let mut parts = parts.map_err(|error| unreadable(error.status()))?;
    let (mut list, mut file, mut text) = (Vec::new(), Vec::new(), Vec::new());
    let mut import = None;
    while let Some(field) = parts.next_field().await.map_err(broken)? {
        match field.name() {
            Some("list") => list = bytes(field, MAX_LIST, &mut room).await?,
            Some("file") => file = bytes(field, MAX_FILE, &mut room).await?,
            Some("text") => text = bytes(field, MAX_FILE, &mut room).await?,
            Some("import") => {
                let id = bytes(field, 64, &mut room).await?;
                import = std::str::from_utf8(&id).ok().and_then(|id| id.parse().ok());
            }
            _ => {}
        }
    }
    let is_shown = !list.is_empty();
    if is_shown && import.is_none() {
        return Err(unreadable(StatusCode::BAD_REQUEST));
    }
    let is_file = !is_shown && !file.is_empty();
    Ok(Sent {
        bytes: match (is_shown, is_file) {
            (true, _) => list,
            (_, true) => file,
            _ => text,
        },
        is_file,
        import: import.filter(|_| is_shown),
        _room: room,
    })
}

async fn bytes(mut field: Field<'_>, most: usize, room: &mut Room) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(broken)? {
        if bytes.len() + chunk.len() > most {
            return Err(Error::TooLarge);
        }
        room.add(chunk.len()).map_err(|Full| Error::Unavailable)?;
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn broken(error: MultipartError) -> Error {
    unreadable(error.status())
}

fn unreadable(status: StatusCode) -> Error {
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => Error::TooLarge,
        _ => Error::BadRequest("The form cannot be read.".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_bodies_together_and_those_of_one_client_have_a_bound() {
        let of = |last| BODIES.room(Network::of([192, 0, 2, last].into()));
        let (mut one, mut other, mut third) = (of(1), of(2), of(3));
        one.add(SHARE).expect("room for one");
        assert_eq!(one.add(1), Err(Full));
        other.add(SHARE - 1).expect("room for another");
        third.add(1).expect("room for a small one");
        assert_eq!(third.add(1), Err(Full));
        drop(one);
        assert_eq!(third.add(1), Ok(()));
    }
}
