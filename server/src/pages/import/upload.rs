//! What a form sends, part by part, with a bound on what all of them hold in memory.

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

/// The largest file, in bytes: a full list with long notes.
const MAX_FILE: usize = 8 * 1024 * 1024;

/// The largest list that is shown before it is added, in bytes, as it travels in the form: signs that
/// JSON escapes take more than one.
pub(super) const MAX_LIST: usize = 2 * MAX_FILE;

/// The largest body, in bytes: either of them, with what the form adds.
pub(super) const MAX_BODY: usize = MAX_LIST + 64 * 1024;

/// How much of all bodies is in memory at once, in KiB. Whoever comes when there is no room is asked to
/// come again.
const ROOM: usize = 64 * 1024;

static BODIES: Semaphore = Semaphore::const_new(ROOM);

/// What a form sends.
pub(super) struct Sent {
    /// A file, a text, or a list that was shown.
    pub(super) bytes: Vec<u8>,
    /// Whether it is a file.
    pub(super) is_file: bool,
    /// The number of the import, if it was shown before.
    pub(super) import: Option<Uuid>,
    /// Its room in memory.
    _room: Room,
}

/// A part of [`BODIES`], for so many bytes.
#[derive(Default)]
struct Room {
    bytes: usize,
    permit: Option<SemaphorePermit<'static>>,
}

impl Room {
    /// Makes it larger, by a number of bytes.
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

/// Reads the form: the list that was shown, or else the file, if one was chosen, or else the text.
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
