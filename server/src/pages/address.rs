use app::Assets;
use axum::{
    extract::{FromRequestParts, Path},
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Response},
};
use serde::de::DeserializeOwned;

use super::plain::{self, Language};
use crate::problem::Problem;

/// The parameters of a page's path. A path with unreadable parameters gets the 404 page.
pub(super) struct Address<T>(pub(super) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Address<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        if let Ok(Path(parameters)) = Path::from_request_parts(parts, state).await {
            return Ok(Self(parameters));
        }
        let status = StatusCode::NOT_FOUND;
        Err(match parts.extensions.get::<Assets>() {
            Some(assets) => {
                let page = plain::missing(assets, Language::of(&parts.headers));
                (status, page).into_response()
            }
            None => Problem::of(status).into_response(),
        })
    }
}
