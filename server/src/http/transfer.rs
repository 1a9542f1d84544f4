//! Lists as files, out and in, for people who have a browser and nothing else.

use app::{
    Assets, Error, Item, ItemPatch, List, ListPatch, Record, RecordPatch,
    api::{Access, Opened},
    service::Token,
};
use axum::{
    Extension, Router,
    extract::{DefaultBodyLimit, Multipart, Path, State, multipart::MultipartRejection},
    http::{StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use leptos::prelude::*;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sync::{ClientId, Model, Mutation, Op, Place, Refusal, Replica};
use uuid::Uuid;

use super::plain::{self, Language};
use crate::{
    state::AppState,
    transfer::{Entry, Format, Outline},
};

/// The largest file, in bytes: a full list with long notes.
const MAX_FILE: usize = 8 * 1024 * 1024;

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/{token}/export.md", get(markdown))
        .route("/{token}/export.txt", get(text))
        .route("/{token}/export.json", get(json))
        .route("/{token}/import", get(form).post(import))
        .layer(DefaultBodyLimit::max(MAX_FILE))
}

async fn markdown(state: State<AppState>, token: Path<String>, page: Page) -> Response {
    export(state, token, page, Format::Markdown).await
}

async fn text(state: State<AppState>, token: Path<String>, page: Page) -> Response {
    export(state, token, page, Format::Text).await
}

async fn json(state: State<AppState>, token: Path<String>, page: Page) -> Response {
    export(state, token, page, Format::Json).await
}

/// What a page is made with.
type Page = (Extension<Assets>, Language);

async fn export(
    State(state): State<AppState>,
    Path(token): Path<String>,
    (Extension(assets), language): Page,
    format: Format,
) -> Response {
    match state.service.open_list(&Token(token)).await {
        Ok(opened) => {
            let outline = outline_of(opened);
            let title = outline.title.as_deref().unwrap_or_default();
            let headers = [
                (header::CONTENT_TYPE, format.media_type().to_owned()),
                (header::CONTENT_DISPOSITION, attachment(title, format)),
            ];
            (headers, format.write(&outline)).into_response()
        }
        Err(error) => plain::failure(&assets, language, language.words.no_such_list, &error),
    }
}

/// The list's title and its items in order.
pub(super) fn outline_of(opened: Opened) -> Outline {
    let title = opened.list.title.to_string();
    let replica = Replica::new(ClientId(Uuid::nil()), opened.snapshot);
    let items = replica.ordered().filter_map(Record::as_item);
    Outline {
        title: Some(title),
        items: items.map(Entry::from).collect(),
    }
}

/// A file's name made of the list's title ([RFC 6266](https://www.rfc-editor.org/rfc/rfc6266)): in
/// ASCII for all, and as it is for those who read that.
fn attachment(title: &str, format: Format) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || " -_".contains(c);
    let short: String = title.chars().take(80).collect();
    let plain = short.replace(|c| !is_plain(c), "_");
    let encoded = utf8_percent_encode(&short, NON_ALPHANUMERIC);
    let ending = format.extension();
    format!("attachment; filename=\"{plain}.{ending}\"; filename*=UTF-8''{encoded}.{ending}")
}

async fn form(
    State(state): State<AppState>,
    Path(token): Path<String>,
    (Extension(assets), language): Page,
) -> Response {
    let plain = language.plain;
    let opened = state.service.open_list(&Token(token.clone())).await;
    match opened.and_then(writable) {
        Ok(_) => {
            let body = view! {
                <main class="sheet message">
                    <h1>{plain.import}</h1>
                    <p>{plain.import_why}</p>
                    <form class="import" method="post" enctype="multipart/form-data">
                        <label class="field">
                            <span>{plain.text}</span>
                            <textarea name="text" rows="10" dir="auto" autofocus></textarea>
                        </label>
                        <label class="field">
                            <span>{plain.file}</span>
                            <input type="file" name="file" accept=".md,.txt,.json,text/*,application/json"/>
                        </label>
                        <div class="choices">
                            <button class="button primary">{plain.add}</button>
                            <a class="button" href=format!("/{token}")>{plain.back}</a>
                        </div>
                    </form>
                </main>
            };
            plain::page(&assets, language, plain.import, body)
        }
        Err(Error::UnknownList) => plain::failure(
            &assets,
            language,
            language.words.no_such_list,
            &Error::UnknownList,
        ),
        Err(error) => plain::failure(&assets, language, plain.not_imported, &error),
    }
}

fn writable(opened: Opened) -> Result<Opened, Error> {
    match opened.access {
        Access::Write => Ok(opened),
        Access::Read => Err(Error::ReadOnly),
    }
}

async fn import(
    State(state): State<AppState>,
    Path(token): Path<String>,
    (Extension(assets), language): Page,
    parts: Result<Multipart, MultipartRejection>,
) -> Response {
    let title = language.plain.not_imported;
    let text = match read(parts).await {
        Ok(text) => text,
        Err(error) => return plain::failure(&assets, language, title, &error),
    };
    let outline = Outline::read(&text).filter(|outline| !outline.items.is_empty());
    let Some(outline) = outline else {
        let text = language.plain.nothing_found.to_owned();
        let page = plain::message(&assets, language, title, text);
        return (StatusCode::UNPROCESSABLE_ENTITY, page).into_response();
    };
    match add(&state, &Token(token.clone()), outline).await {
        Ok(()) => Redirect::to(&format!("/{token}")).into_response(),
        Err(error) => plain::failure(&assets, language, title, &error),
    }
}

/// The file, if one was chosen, and else the text.
async fn read(parts: Result<Multipart, MultipartRejection>) -> Result<String, Error> {
    let unreadable = |status| match status {
        StatusCode::PAYLOAD_TOO_LARGE => Error::TooLarge,
        _ => Error::BadRequest("The form cannot be read.".to_owned()),
    };
    let mut parts = parts.map_err(|error| unreadable(error.status()))?;
    let mut typed = String::new();
    while let Some(part) = parts
        .next_field()
        .await
        .map_err(|error| unreadable(error.status()))?
    {
        let is_file = part.name() == Some("file");
        let text = part
            .text()
            .await
            .map_err(|error| unreadable(error.status()))?;
        match is_file && !text.is_empty() {
            true => return Ok(text),
            false => typed.push_str(&text),
        }
    }
    Ok(typed)
}

/// Adds all entries at the end, or, if one of them is not acceptable or they are too many, none. A
/// list that nobody has used yet takes the title, too.
async fn add(state: &AppState, token: &Token, outline: Outline) -> Result<(), Error> {
    let opened = writable(state.service.open_list(token).await?)?;
    let items = opened
        .snapshot
        .changes
        .iter()
        .filter(|change| change.row.as_item().is_some())
        .count();
    if items + outline.items.len() > Item::LIMIT {
        return Err(Error::Refused(Refusal::Full { limit: Item::LIMIT }));
    }
    let drafts: Vec<ItemPatch> = outline.items.into_iter().map(ItemPatch::from).collect();
    for draft in &drafts {
        Item::create(Uuid::nil(), draft, 0)?;
    }
    let is_unused = items == 0 && *opened.list.title == *List::DEFAULT_TITLE;
    let title = outline.title.filter(|_| is_unused).map(|title| {
        let id = opened.list.id;
        let patch = RecordPatch::List(ListPatch { title: Some(title) });
        Op::Update { id, patch }
    });
    let create = |draft| Op::Create {
        id: Uuid::now_v7(),
        draft: RecordPatch::Item(draft),
        place: Place::End,
    };
    let ops: Vec<Op<Record>> = title
        .into_iter()
        .chain(drafts.into_iter().map(create))
        .collect();
    for ops in ops.chunks(sync::MOST_MUTATIONS) {
        let mutations = (1..).zip(ops.iter().cloned());
        let mutations = mutations.map(|(seq, op)| Mutation { seq, op }).collect();
        let outcome = state.service.apply(token, None, mutations).await?;
        if let Some(rejected) = outcome.rejected.into_iter().next() {
            return Err(Error::Refused(rejected.reason));
        }
    }
    Ok(())
}
