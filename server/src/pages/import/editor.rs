//! Who may import into a list.

use app::{
    Assets,
    service::{Grant, Token},
};
use axum::{
    Extension,
    extract::FromRequestParts,
    http::request::Parts,
    response::{IntoResponse, Response},
};
use serde::Deserialize;

use super::pages::Look;
use crate::{
    pages::{address::Address, plain::Language},
    state::AppState,
};

/// A person who may write to the list in the path. Extracting it authorizes the request, before the body
/// is read. Others get a page that says why they may not.
pub(super) struct Editor {
    pub(super) look: Look,
    pub(super) token: Token,
    pub(super) grant: Grant,
}

/// The parameter that the addresses of all imports have.
#[derive(Deserialize)]
struct ListAddress {
    token: String,
}

impl FromRequestParts<AppState> for Editor {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        let Address(ListAddress { token }) = Address::from_request_parts(parts, state).await?;
        let assets = Extension::<Assets>::from_request_parts(parts, state).await;
        let Extension(assets) = assets.map_err(IntoResponse::into_response)?;
        let look = Look {
            assets,
            language: Language::of(&parts.headers),
        };
        let token = Token(token);
        match state.service.authorize(&token).await {
            Ok(grant) => Ok(Self { look, token, grant }),
            Err(error) => Err(look.failure(&error)),
        }
    }
}
