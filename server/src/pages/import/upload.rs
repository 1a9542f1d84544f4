//! Reads the import form part by part, and bounds the memory of all uploads.

use app::Error;
use axum::{
    extract::{
        FromRequest as _, Multipart, Request,
        multipart::{Field, MultipartError},
    },
    http::StatusCode,
};
use tokio::sync::{Semaphore, SemaphorePermit};
use uuid::Uuid;

use crate::state::AppState;

/// Largest file, in bytes: a full list with long notes.
const MAX_FILE: usize = 8 * 1024 * 1024;

/// Largest previewed list that the form sends back, in bytes. It is JSON, whose escaped characters
/// take more than one byte.
pub(super) const MAX_LIST: usize = 2 * MAX_FILE;

/// Largest body, in bytes: either of them, and the rest of the form.
pub(super) const MAX_BODY: usize = MAX_LIST + 64 * 1024;

/// Maximum size of all bodies in memory, in KiB. Beyond it, an upload is answered 503.
const BODIES_KIB: usize = 64 * 1024;

static BODIES: Semaphore = Semaphore::const_new(BODIES_KIB);

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

/// A share of [`BODIES`].
#[derive(Default)]
struct Room {
    bytes: usize,
    permit: Option<SemaphorePermit<'static>>,
}

impl Room {
    /// Grows the share by a number of bytes.
    fn take(&mut self, bytes: usize) -> Result<(), Error> {
        self.bytes += bytes;
        let had = self.permit.as_ref().map_or(0, SemaphorePermit::num_permits);
        let missing = self.bytes.div_ceil(1024).saturating_sub(had);
        let missing = u32::try_from(missing).map_err(|_| Error::TooLarge)?;
        let more = BODIES
            .try_acquire_many(missing)
            .map_err(|_| Error::Unavailable)?;
        match &mut self.permit {
            Some(permit) => permit.merge(more),
            none => *none = Some(more),
        }
        Ok(())
    }
}

/// Reads the form: the previewed list, else the file if one was chosen, else the text.
pub(super) async fn read(request: Request, state: &AppState) -> Result<Sent, Error> {
    let parts = Multipart::from_request(request, state).await;
    let mut parts = parts.map_err(|error| unreadable(error.status()))?;
    let mut room = Room::default();
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
        room.take(chunk.len())?;
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
    fn all_bodies_together_have_a_bound_and_leave_their_room_when_they_go() {
        let (mut one, mut other) = (Room::default(), Room::default());
        for _ in 0..BODIES_KIB - 1 {
            one.take(1024).expect("room for one");
        }
        other.take(1).expect("room for a small one");
        assert_eq!(one.take(1), Err(Error::Unavailable));
        assert_eq!(other.take(1023), Ok(()), "it has that room already");
        assert_eq!(other.take(1), Err(Error::Unavailable));
        drop(one);
        assert_eq!(other.take(1024 * 1024), Ok(()));
    }
}
