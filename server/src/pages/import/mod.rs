//! Imports a file or a text into a list, without a script.
//!
//! The first page shows what was sent, and the encoding in which it was read. Then it is added
//! whole, once, and can be undone as a whole.

mod batch;
mod decode;
mod pages;
mod upload;

use app::{
    Assets, Error, ImportId, Item, ItemPatch, Words,
    outline::Outline,
    service::{Grant, Token},
};
use axum::{
    Extension, Router,
    extract::{DefaultBodyLimit, Request, State},
    response::{IntoResponse, Redirect, Response, Result},
    routing::get,
};
use sync::{Model as _, Refusal};
use tokio::{sync::Semaphore, task::spawn_blocking};
use uuid::Uuid;

use self::{
    batch::Import,
    decode::Decoded,
    pages::Look,
    upload::{MAX_BODY, Sent},
};
use super::{
    address::Address,
    plain::{self, Language},
};
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

/// What a page is rendered with.
type Page = (Extension<Assets>, Language);

async fn form(
    State(state): State<AppState>,
    Address(token): Address<String>,
    (Extension(assets), language): Page,
) -> Result<Response> {
    let (look, token) = (Look { assets, language }, Token(token));
    authorize(&state, &token, &look).await?;
    Ok(look.form(&token, None, ""))
}

/// Checks that the link may write to its list, before anything that it sends is looked at.
///
/// # Errors
/// A page that says why it may not.
async fn authorize(state: &AppState, token: &Token, look: &Look) -> Result<Grant> {
    let granted = state.service.authorize(token).await;
    Ok(granted.map_err(|error| look.failure(&error))?)
}

/// Shows what was sent, or adds what was shown before.
async fn import(
    State(state): State<AppState>,
    Address(token): Address<String>,
    (Extension(assets), language): Page,
    request: Request,
) -> Result<Response> {
    let (look, token) = (Look { assets, language }, Token(token));
    let grant = authorize(&state, &token, &look).await?;
    Ok(receive(&state, &token, &look, grant, request).await)
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

/// Shows the items that were added, and offers to undo the import.
async fn imported(
    State(state): State<AppState>,
    Address((token, import)): Address<(String, Uuid)>,
    (Extension(assets), language): Page,
) -> Result<Response> {
    let (look, token) = (Look { assets, language }, Token(token));
    let grant = authorize(&state, &token, &look).await?;
    let import = ImportId(import);
    // Not the whole list, which may have to wait: what was added must not look as if it was not.
    let items = state
        .service
        .items_between(grant, import.items(), pages::SHOWN);
    Ok(match items.await {
        Ok(items) => look.imported(&token, import, &items),
        Err(error) => look.failure(&error),
    })
}

async fn take_back(
    State(state): State<AppState>,
    Address((token, import)): Address<(String, Uuid)>,
    (Extension(assets), language): Page,
) -> Result<Response> {
    let (look, token) = (Look { assets, language }, Token(token));
    authorize(&state, &token, &look).await?;
    Ok(
        match batch::take_back(&state, &token, ImportId(import)).await {
            Ok(()) => Redirect::to(&format!("/{}/imported/{import}", token.0)).into_response(),
            Err(error) => plain::failure(
                &look.assets,
                look.language,
                look.language.plain.not_saved,
                &error,
            ),
        },
    )
}
