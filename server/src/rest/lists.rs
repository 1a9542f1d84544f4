use app::{
    List, ListPatch, Record, RecordPatch,
    api::{Access, Opened},
    service::{RequestId, Token},
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
    target::{Target, TokenPath},
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

#[derive(Deserialize)]
pub(super) struct Since {
    since: Option<Version>,
    epoch: Option<Epoch>,
}

/// Returns what changed since a cursor: the whole list without one, or if it cannot be served.
pub(super) async fn changes(
    State(state): State<AppState>,
    TokenPath(token): TokenPath,
    query: Result<Query<Since>, QueryRejection>,
) -> Answer<Json<CatchUp<Record>>> {
    let Query(Since { since, epoch }) = query.map_err(|_| {
        Problem::new(
            StatusCode::BAD_REQUEST,
            "`since` must be a version, a number from 0; `epoch`, if given, must be the one that came with it.",
        )
    })?;
    Ok(Json(match since {
        Some(version) => {
            let cursor = Cursor { epoch, version };
            state.service.changes(&token, cursor).await?
        }
        None => state.service.open_list(&token).await?.snapshot,
    }))
}

async fn resource(state: &AppState, token: Token) -> Answer<Response> {
    let opened = state.service.describe_list(&token).await?;
    Ok(Json(Resource::new(token, opened)).into_response())
}
