use app::{
    Error, Record,
    api::Access,
    service::{Grant, Token},
};
use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::{StatusCode, request::Parts},
};
use sync::{Change, Op, pusher::SocketId};
use uuid::Uuid;

use crate::{problem::Problem, state::AppState};

/// The header that names the client's socket, which then receives no echo.
const SOCKET_ID: &str = "x-pusher-socket-id";

/// The token in the path of a request that only reads.
pub(super) struct TokenPath(pub(super) Token);

impl FromRequestParts<AppState> for TokenPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        Ok(Self(Token(parameter(parts, state, "token").await?)))
    }
}

/// The list that a request writes to. Extracting it authorizes the request, before the body is
/// read.
pub(super) struct Target {
    pub(super) token: Token,
    grant: Grant,
    socket: Option<SocketId>,
}

impl Target {
    /// Returns the list's id.
    pub(super) fn list(&self) -> Uuid {
        self.grant.list()
    }

    /// Returns the id as that of an item. The list's own row has an id, too, but is not an item.
    ///
    /// # Errors
    /// [`Error::UnknownItem`] for the list's own id.
    pub(super) fn item(&self, id: Uuid) -> Result<Uuid, Error> {
        if id == self.list() {
            Err(Error::UnknownItem)
        } else {
            Ok(id)
        }
    }

    /// Applies the operations, all of them or none, and returns what has changed.
    ///
    /// # Errors
    /// If one of them is refused.
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
        let TokenPath(token) = TokenPath::from_request_parts(parts, state).await?;
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

/// The id of an item in the path. What is not a UUID is an unknown item.
pub(super) struct ItemPath(pub(super) Uuid);

impl FromRequestParts<AppState> for ItemPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let id = parameter(parts, state, "id").await?;
        Ok(Self(id.parse().map_err(|_| Error::UnknownItem)?))
    }
}

/// The link that a path names, `edit` or `view`.
pub(super) struct LinkPath(pub(super) Access);

impl FromRequestParts<AppState> for LinkPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        match &*parameter(parts, state, "link").await? {
            "edit" => Ok(Self(Access::Write)),
            "view" => Ok(Self(Access::Read)),
            _ => Err(Problem::of(StatusCode::NOT_FOUND)),
        }
    }
}

/// Returns a parameter of the path, without a trailing `.json`.
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
