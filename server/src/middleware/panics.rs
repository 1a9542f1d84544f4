//! Answers requests whose handler panics, instead of dropping the connection.

use std::panic::AssertUnwindSafe;

use app::{Assets, Error};
use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures_util::FutureExt;

use crate::{
    pages::plain::{self, Language},
    problem::Problem,
    rpc,
};

/// Answers 500 if the handler panics, in the format that the client expects. The panic's message
/// goes to stderr alone.
pub(crate) async fn catch(State(assets): State<Assets>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let headers = request.headers().clone();
    // A handler's own state is dropped, and shared state is behind locks that tolerate poisoning.
    if let Ok(response) = AssertUnwindSafe(next.run(request)).catch_unwind().await {
        response
    } else {
        let route = route.as_ref().map_or("-", MatchedPath::as_str);
        tracing::error!(route, "a request panicked");
        answer(&assets, &path, &headers)
    }
}

fn answer(assets: &Assets, path: &str, headers: &HeaderMap) -> Response {
    let accepts = headers.get(header::ACCEPT).map(HeaderValue::as_bytes);
    let is_person = accepts.is_some_and(|accepts| accepts.windows(9).any(|it| it == b"text/html"));
    if path.starts_with("/api/") {
        Problem::from(Error::Internal).into_response()
    } else if path.starts_with("/rpc/") && !is_person {
        rpc::failure(&Error::Internal)
    } else {
        let language = Language::of(headers);
        let text = language.words.error(&Error::Internal);
        let page = plain::not_now(assets, language, text);
        (StatusCode::INTERNAL_SERVER_ERROR, page).into_response()
    }
}
