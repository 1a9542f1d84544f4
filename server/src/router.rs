//! The table of routes, and the middleware around them.

use axum::{
    Extension, Router,
    http::StatusCode,
    middleware::{from_fn, from_fn_with_state},
    routing::{any, get, post},
};
use tower_http::compression::CompressionLayer;

use crate::{
    auth, client, health,
    middleware::{canonical, cross_origin, headers, large, pace, panics, trace},
    pages,
    problem::Problem,
    rest, rpc,
    site::Site,
    socket,
    state::AppState,
};

/// Builds the service that answers all requests.
pub(crate) fn router(state: AppState, site: &Site) -> Router {
    let paced = from_fn_with_state(state.rates.clone(), pace::pace);
    let caught = from_fn_with_state(site.assets(), panics::catch);
    let compressed = pages::routes(&state, site)
        .layer(from_fn(canonical::redirect))
        .route("/rpc/{*function}", any(rpc::call))
        .route("/pusher/auth", post(auth::authorize))
        .nest("/api", rest::routes())
        .layer(from_fn(large::hold))
        .layer(paced.clone())
        .layer(from_fn(cross_origin::refuse))
        .layer(Extension(site.assets()))
        .layer(CompressionLayer::new());
    // `/pkg/…` also matches the route of a list with a filter, so missing files need a 404 of their
    // own.
    let uncompressed = Router::new()
        .route("/app/{key}", get(socket::upgrade).layer(paced))
        // Liveness: a supervisor restarts a process that does not answer.
        .route("/healthz", get(async || "ok"))
        .route("/readyz", get(health::ready))
        .route(
            "/pkg/{*path}",
            any(async || Problem::of(StatusCode::NOT_FOUND)),
        );
    compressed
        .merge(uncompressed)
        .layer(caught.clone())
        .layer(from_fn(headers::add_policy))
        .merge(site.routes().layer(caught))
        .layer(from_fn(headers::add))
        .layer(from_fn_with_state(
            state.surroundings.clone(),
            client::identify,
        ))
        .layer(from_fn(trace::log))
        .with_state(state)
}

/// Returns the path patterns of a router. Only its debug output has them: `RouteId(7): "/{token}"`.
pub(crate) fn paths(router: &Router) -> Vec<String> {
    let text = format!("{router:?}");
    let ids = text.split("RouteId(").skip(1);
    let paths = ids.filter_map(|id| {
        let (_, path) = id.split_once("): \"")?;
        let (path, _) = path.split_once('"')?;
        // Else the id belongs to a handler, and the path to a later one.
        id.starts_with(|digit: char| digit.is_ascii_digit())
            .then(|| path.to_owned())
    });
    let mut paths: Vec<String> = paths.filter(|path| path.starts_with('/')).collect();
    paths.sort();
    paths.dedup();
    paths
}
