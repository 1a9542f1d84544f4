use app::{Error, Record, service::Token};
use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::{StatusCode, request::Parts},
};
use sync::{Mutation, Op, Outcome, pusher::SocketId};
use uuid::Uuid;

use crate::{problem::Problem, service::require_write, state::AppState};

/// The header in which a request names the socket of its client, which is then not told what it
/// caused.
const SOCKET_ID: &str = "x-pusher-socket-id";

/// What a request is about: the list behind the token in its path. A request that may write has one
/// only by a link that does; so no handler can forget to ask.
pub(super) struct Target {
    pub(super) token: Token,
    pub(super) list: Uuid,
    socket: Option<SocketId>,
}

impl Target {
    /// The id as that of an item: the list's own row has one too, but who means the list names the
    /// list.
    ///
    /// # Errors
    /// When it is the list's.
    pub(super) fn item(&self, id: Uuid) -> Result<Uuid, Error> {
        if id == self.list {
            Err(Error::UnknownItem)
        } else {
            Ok(id)
        }
    }

    /// Does what the request asks for.
    ///
    /// # Errors
    /// When it is refused.
    pub(super) async fn apply(
        &self,
        state: &AppState,
        op: Op<Record>,
    ) -> Result<Outcome<Record>, Error> {
        let mutations = vec![Mutation { seq: 1, op }];
        let mut outcome = state
            .service
            .apply(&self.token, self.socket.clone(), mutations)
            .await?;
        match outcome.rejected.pop() {
            Some(rejection) => Err(rejection.reason.into()),
            None => Ok(outcome),
        }
    }
}

impl FromRequestParts<AppState> for Target {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let token = Token(parameter(parts, state, "token").await?);
        let link = state.store.known_link(&token).await.map_err(Error::from)?;
        let link = link.ok_or(Error::UnknownList)?;
        if !parts.method.is_safe() {
            require_write(&state.store, link).await?;
        }
        let socket = parts
            .headers
            .get(SOCKET_ID)
            .and_then(|id| SocketId::parse(id.to_str().ok()?));
        Ok(Self {
            token,
            list: link.list,
            socket,
        })
    }
}

/// The id of an item in the path. What is no UUID is no item's id.
pub(super) struct ItemId(pub(super) Uuid);

impl FromRequestParts<AppState> for ItemId {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let id = parameter(parts, state, "id").await?;
        Ok(Self(id.parse().map_err(|_| Error::UnknownItem)?))
    }
}

/// A parameter of the path, without the `.json` that may stand at its end.
async fn parameter(parts: &mut Parts, state: &AppState, name: &str) -> Result<String, Problem> {
    let parameters = RawPathParams::from_request_parts(parts, state).await;
    let parameters = parameters.map_err(|_| Problem::of(StatusCode::NOT_FOUND))?;
    let value = parameters
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value);
    let value = value.ok_or_else(|| Problem::of(StatusCode::NOT_FOUND))?;
    Ok(value.strip_suffix(".json").unwrap_or(value).to_owned())
}
