//! Imports a file or a text into a list, without a script.
//!
//! The first page shows what was sent, and the encoding in which it was read. Then it is added
//! whole, once, and can be undone as a whole.

mod batch;
mod decode;
mod editor;
mod pages;
mod upload;

use app::{
    Error, ImportId, Item, ItemPatch, Words,
    outline::Outline,
    service::{Grant, Token},
};
use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use serde::Deserialize;
use sync::{Model as _, Refusal};
use tokio::{sync::Semaphore, task::spawn_blocking};
use uuid::Uuid;

use self::{
    batch::Import,
    decode::Decoded,
    editor::Editor,
    pages::Look,
    upload::{MAX_BODY, Sent},
};
use super::{address::Address, plain};
use crate::{background, state::AppState};

/// Maximum number of texts parsed at once. Each occupies a thread for a fraction of a second, and
/// several times its size in memory.
const READERS: usize = 2;

static READING: Semaphore = Semaphore::const_new(READERS);

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/{token}/import", get(form).post(import))
        .route("/{token}/imported/{import}", get(imported).post(take_back))
        .layer(DefaultBodyLimit::max(MAX_BODY))
}

async fn form(Editor { look, token, .. }: Editor) -> Response {
    look.form(&token, None, "")
}

/// Shows what was sent, or adds what was shown before.
async fn import(State(state): State<AppState>, editor: Editor, request: Request) -> Response {
    let Editor { look, token, grant } = editor;
    receive(&state, &token, &look, grant, request).await
}

async fn receive(
    state: &AppState,
    token: &Token,
    look: &Look,
    grant: Grant,
    request: Request,
) -> Response {
    let sent = match upload::read(request, state).await {
        Ok(sent) => sent,
        Err(error) => return look.refused(token, &error),
    };
    let known = match state.service.count_items(grant).await {
        Ok(known) => known,
        Err(error) => return look.refused(token, &error),
    };
    // The semaphore is never closed.
    let Ok(_reading) = READING.acquire().await else {
        return look.refused(token, &Error::Unavailable);
    };
    let reading = {
        let (look, token) = (look.clone(), token.clone());
        spawn_blocking(move || background::run(|| read(sent, known, &look, &token)))
    };
    match reading.await {
        Ok(Reading::Shown(import)) => add(state, token, look, import).await,
        Ok(Reading::Page(page)) => page,
        Err(error) => {
            tracing::error!(%error, "an import could not be read");
            look.failure(&Error::Internal)
        }
    }
}

/// The result of parsing what was sent.
enum Reading {
    /// Was shown before, and is to be added.
    Shown(Import),
    /// The page that shows it, or says what is wrong.
    Page(Response),
}

fn read(sent: Sent, known: usize, look: &Look, token: &Token) -> Reading {
    let Sent {
        bytes,
        is_file,
        import,
        ..
    } = sent;
    let plain = look.language.plain;
    let Some(Decoded { text, encoding }) = decode::decode(bytes) else {
        return Reading::Page(look.unreadable(token, plain.no_text, ""));
    };
    let typed = if is_file || import.is_some() {
        ""
    } else {
        &text
    };
    let outline = Outline::read_file(&text).filter(|outline| !outline.items.is_empty());
    let Some(outline) = outline else {
        return Reading::Page(look.unreadable(token, plain.nothing_found, typed));
    };
    if let Some(id) = import {
        let id = ImportId(id);
        return Reading::Shown(Import { id, outline });
    }
    if let Some(problem) = problem(&outline, known, look.language.words) {
        return Reading::Page(look.unreadable(token, &problem, typed));
    }
    let import = Import {
        id: ImportId(Uuid::now_v7()),
        outline,
    };
    let encoding = is_file.then_some(encoding);
    Reading::Page(look.preview(token, &import, encoding, known))
}

/// Returns why the list cannot take the import, with the offending entry.
fn problem(outline: &Outline, known: usize, words: &Words) -> Option<String> {
    if known + outline.items.len() > Item::LIMIT {
        return Some(words.refusal(&Refusal::Full { limit: Item::LIMIT }));
    }
    outline.items.iter().find_map(|entry| {
        let refusal = Item::create(Uuid::nil(), &ItemPatch::from(entry.clone()), 0).err()?;
        let title: String = entry.shortdesc.chars().take(40).collect();
        Some(format!(
            "{}: {}",
            pages::isolated(&title),
            words.refusal(&refusal)
        ))
    })
}

async fn add(state: &AppState, token: &Token, look: &Look, import: Import) -> Response {
    let ImportId(id) = import.id;
    match import.add(state, token).await {
        Ok(()) => Redirect::to(&format!("/{}/imported/{id}", token.0)).into_response(),
        Err(error) => look.refused(token, &error),
    }
}

/// The parameters of the address of an import that was added.
#[derive(Deserialize)]
struct Imported {
    import: Uuid,
}

/// Shows the items that were added, and offers to undo the import.
async fn imported(
    State(state): State<AppState>,
    Editor { look, token, grant }: Editor,
    Address(Imported { import }): Address<Imported>,
) -> Response {
    let import = ImportId(import);
    // Not the whole list, which may have to wait: what was added must not look as if it was not.
    let items = state
        .service
        .items_between(grant, import.items(), pages::SHOWN);
    match items.await {
        Ok(items) => look.imported(&token, import, &items),
        Err(error) => look.failure(&error),
    }
}

async fn take_back(
    State(state): State<AppState>,
    Editor { look, token, .. }: Editor,
    Address(Imported { import }): Address<Imported>,
) -> Response {
    match batch::take_back(&state, &token, ImportId(import)).await {
        Ok(()) => Redirect::to(&format!("/{}/imported/{import}", token.0)).into_response(),
        Err(error) => plain::failure(
            &look.assets,
            look.language,
            look.language.plain.not_saved,
            &error,
        ),
    }
}
