use std::num::NonZeroU16;

use app::{
    List, ListPatch, Record, RecordPatch,
    api::{Access, Opened},
    service::{Links, PageStart, RequestId, Token},
};
use axum::{
    Json,
    extract::{Query, State, rejection::QueryRejection},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use sync::{CatchUp, Cursor, Epoch, Op, Version};

use super::{
    Answer, done,
    fields::{Fields, OptionalFields},
    target::{LinkPath, Target, TokenPath},
};
use crate::{problem::Problem, state::AppState};

/// The representation of a list.
#[derive(Serialize)]
struct Resource {
    /// The token of the request.
    token: Token,
    access: Access,
    /// The read-only link, for those who may write.
    #[serde(skip_serializing_if = "Option::is_none")]
    view_token: Option<String>,
    /// The version of its newest change.
    head: Version,
    /// The epoch of `head`.
    epoch: Option<Epoch>,
    #[serde(flatten)]
    list: List,
}

impl Resource {
    fn new(token: Token, opened: Opened) -> Self {
        let Opened {
            list,
            access,
            view_token,
            snapshot,
        } = opened;
        Self {
            token,
            access,
            view_token,
            head: snapshot.head,
            epoch: snapshot.epoch,
            list,
        }
    }
}

/// Creates a list. With an id from the client, a repeated request returns the existing list.
pub(super) async fn create(
    State(state): State<AppState>,
    OptionalFields(mut fields): OptionalFields,
) -> Answer {
    let request = match fields.nullable_id("id")?.flatten() {
        Some(id) => Some(RequestId::new(id).ok_or_else(not_random)?),
        None => None,
    };
    let title = fields.nullable_text("title")?.flatten();
    let links = state.service.create_list(request, title).await?;
    let status = if links.is_new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    let location = format!("/api/lists/{}", links.token.0);
    Ok((status, [(header::LOCATION, location)], Json(links)).into_response())
}

fn not_random() -> Problem {
    Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "`id` must be a random UUID, of version 4 or 7, that nobody else knows.",
    )
}

pub(super) async fn show(State(state): State<AppState>, TokenPath(token): TokenPath) -> Answer {
    resource(&state, token).await
}

pub(super) async fn update(
    State(state): State<AppState>,
    target: Target,
    mut fields: Fields,
) -> Answer {
    if let Some(title) = fields.text("title")? {
        let patch = RecordPatch::List(ListPatch { title: Some(title) });
        let id = target.list();
        target.apply(&state, vec![Op::Update { id, patch }]).await?;
    }
    resource(&state, target.token).await
}

pub(super) async fn destroy(State(state): State<AppState>, target: Target) -> Answer {
    let id = target.list();
    target.apply(&state, vec![Op::Destroy { id }]).await?;
    Ok(done())
}

/// Restores a deleted list. Idempotent.
pub(super) async fn restore(State(state): State<AppState>, TokenPath(token): TokenPath) -> Answer {
    state.service.restore_list(&token).await?;
    resource(&state, token).await
}

/// Replaces a link, and returns both. The old one is unknown from now on.
pub(super) async fn replace_link(
    State(state): State<AppState>,
    TokenPath(token): TokenPath,
    LinkPath(access): LinkPath,
) -> Answer<Json<Links>> {
    Ok(Json(state.service.replace_link(&token, access).await?))
}

#[derive(Deserialize)]
pub(super) struct Range {
    since: Option<Version>,
    epoch: Option<Epoch>,
    /// Maximum number of changes in a page. Without it, all are told at once.
    limit: Option<NonZeroU16>,
    /// Where a page begins: a parameter of `next`.
    after: Option<Version>,
}

/// What changed since a cursor, or a page of it.
#[derive(Serialize)]
pub(super) struct Changes {
    #[serde(flatten)]
    part: CatchUp<Record>,
    /// The address of the next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Returns what changed since a cursor: the whole list without one, or if it cannot be served. Only who
/// names a limit gets pages.
pub(super) async fn changes(
    State(state): State<AppState>,
    TokenPath(token): TokenPath,
    query: Result<Query<Range>, QueryRejection>,
) -> Answer<Json<Changes>> {
    let Query(query) = query.map_err(|_| {
        Problem::new(
            StatusCode::BAD_REQUEST,
            "`since` must be a version, a number from 0; `epoch`, if given, must be the one that came \
             with it; `limit`, if given, must be a number from 1 to 65535.",
        )
    })?;
    let since = query.since.map(|version| Cursor {
        epoch: query.epoch,
        version,
    });
    let Some(limit) = query.limit else {
        let part = match since {
            Some(cursor) => state.service.changes(&token, cursor).await?,
            None => state.service.open_list(&token).await?.snapshot,
        };
        return Ok(Json(Changes { part, next: None }));
    };
    let from = since.map(|since| PageStart {
        since,
        after: query.after.unwrap_or(since.version),
    });
    let page = state.service.page(&token, from, limit.get().into()).await?;
    let next = page.next.map(|next| address(&token, next, limit));
    Ok(Json(Changes {
        part: page.part,
        next,
    }))
}

/// Returns the address of a page.
fn address(Token(token): &Token, from: PageStart, limit: NonZeroU16) -> String {
    let PageStart {
        since: Cursor { epoch, version },
        after,
    } = from;
    let epoch = epoch.map(|epoch| format!("&epoch={}", epoch.0));
    format!(
        "/api/lists/{token}/changes?since={version}{}&after={after}&limit={limit}",
        epoch.unwrap_or_default(),
    )
}

async fn resource(state: &AppState, token: Token) -> Answer<Response> {
    let opened = state.service.describe_list(&token).await?;
    Ok(Json(Resource::new(token, opened)).into_response())
}
