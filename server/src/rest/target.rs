use app::{
    Error, Record,
    service::{Grant, Token},
};
use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::{StatusCode, request::Parts},
};
use sync::{Change, Op, pusher::SocketId};
use uuid::Uuid;

use crate::{problem::Problem, state::AppState};

/// The header in which a request names the socket of its client, which is then not told what it
/// caused.
const SOCKET_ID: &str = "x-pusher-socket-id";

/// The token in a request's path, for those who only read.
pub(super) struct ListToken(pub(super) Token);

impl FromRequestParts<AppState> for ListToken {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        Ok(Self(Token(parameter(parts, state, "token").await?)))
    }
}

/// The list that a request writes to, which its token allows. It is found out before the body is read.
pub(super) struct Target {
    pub(super) token: Token,
    grant: Grant,
    socket: Option<SocketId>,
}

impl Target {
    /// The list's id.
    pub(super) fn list(&self) -> Uuid {
        self.grant.list()
    }

    /// The id as that of an item: the list's own row has one too, but who means the list names the
    /// list.
    ///
    /// # Errors
    /// When it is the list's.
    pub(super) fn item(&self, id: Uuid) -> Result<Uuid, Error> {
        if id == self.list() {
            Err(Error::UnknownItem)
        } else {
            Ok(id)
        }
    }

    /// Does what the request asks for, all of it or nothing, and answers what has changed.
    ///
    /// # Errors
    /// When it is refused.
    pub(super) async fn apply(
        &self,
        state: &AppState,
        ops: Vec<Op<Record>>,
    ) -> Result<Vec<Change<Record>>, Error> {
        let socket = self.socket.clone();
        state.service.apply(self.grant, socket, ops).await
    }
}

impl FromRequestParts<AppState> for Target {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let ListToken(token) = ListToken::from_request_parts(parts, state).await?;
        let grant = state.service.authorize(&token).await?;
        let socket = parts
            .headers
            .get(SOCKET_ID)
            .and_then(|id| SocketId::parse(id.to_str().ok()?));
        Ok(Self {
            token,
            grant,
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
