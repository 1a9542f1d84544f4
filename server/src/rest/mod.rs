//! The HTTP interface for any other client, under `/api`.
//!
//! It speaks of lists and items in JSON, with an optional `.json` at the end of each path, and says
//! what went wrong in problem details. Each handler is a few lines over the service that the pages use.

mod fields;
mod items;
mod lists;
mod target;

use axum::{
    Router,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{MethodRouter, any, get, post},
};

use crate::{problem::Problem, state::AppState};

/// The longest body, in bytes: notes at their limit, every character escaped.
const MAX_BODY: usize = 512 * 1024;

/// All addresses under `/api`.
pub(crate) fn routes() -> Router<AppState> {
    let list = || {
        get(lists::show)
            .put(lists::update)
            .patch(lists::update)
            .delete(lists::destroy)
    };
    let item = || {
        get(items::show)
            .put(items::update)
            .patch(items::update)
            .delete(items::destroy)
    };
    Router::new()
        .also_json("/lists", || post(lists::create))
        // The extractors take `.json` off the last parameter.
        .route("/lists/{token}", list())
        .also_json("/lists/{token}/items", || {
            get(items::index).post(items::create)
        })
        .route("/lists/{token}/items/{id}", item())
        .also_json("/lists/{token}/items/{id}/restore", || post(items::restore))
        .also_json("/lists/{token}/trash", || get(items::trash))
        .also_json("/lists/{token}/changes", || get(lists::changes))
        // A nested router's fallback would come after the list's page, whose address is like these.
        .route("/", any(not_found))
        .route("/{*rest}", any(not_found))
        .method_not_allowed_fallback(async || Problem::of(StatusCode::METHOD_NOT_ALLOWED))
}

async fn not_found() -> Problem {
    Problem::of(StatusCode::NOT_FOUND)
}

trait AlsoJson {
    /// Routes the path with and without `.json` at its end.
    fn also_json(self, path: &str, methods: impl Fn() -> MethodRouter<AppState>) -> Self;
}

impl AlsoJson for Router<AppState> {
    fn also_json(self, path: &str, methods: impl Fn() -> MethodRouter<AppState>) -> Self {
        self.route(path, methods())
            .route(&format!("{path}.json"), methods())
    }
}

/// The outcome of a handler: its errors become problem details.
type Answer<T = Response> = Result<T, Problem>;

/// Nothing to say, but done.
fn done() -> Response {
    StatusCode::NO_CONTENT.into_response()
}
