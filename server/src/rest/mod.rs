//! The REST interface for other clients, under `/api`.
//!
//! Lists and items are JSON, errors are problem details, and each path may end in `.json`. The
//! handlers are thin wrappers of the service that the pages use.

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

/// Largest body, in bytes: notes at their limit, with every character escaped.
const MAX_BODY: usize = 512 * 1024;

/// Routes of the REST interface.
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
        // The extractors strip `.json` from the last parameter.
        .route("/lists/{token}", list())
        .also_json("/lists/{token}/restore", || post(lists::restore))
        .route("/lists/{token}/links/{link}", post(lists::replace_link))
        .also_json("/lists/{token}/items", || {
            get(items::index).post(items::create)
        })
        .route("/lists/{token}/items/{id}", item())
        .also_json("/lists/{token}/items/{id}/restore", || post(items::restore))
        .also_json("/lists/{token}/trash", || get(items::trash))
        .also_json("/lists/{token}/changes", || get(lists::changes))
        // A nested router's fallback would lose to the list's page, whose route matches these
        // paths, too.
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

/// The result of a handler. Errors become problem details.
type Answer<T = Response> = Result<T, Problem>;

/// Returns 204.
fn done() -> Response {
    StatusCode::NO_CONTENT.into_response()
}
