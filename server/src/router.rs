//! All addresses of the server in one table, and what is the same for all of them.

use axum::{
    Extension, Router,
    http::StatusCode,
    middleware::{from_fn, from_fn_with_state},
    routing::{any, get},
};
use tower_http::compression::CompressionLayer;

use crate::{
    client, health,
    middleware::{canonical, cross_origin, headers, large, pace, panics, trace},
    pages,
    problem::Problem,
    rest, rpc,
    site::Site,
    socket,
    state::AppState,
};

/// The server as a service: a request goes in, a response comes out.
pub(crate) fn router(state: AppState, site: &Site) -> Router {
    let paced = from_fn_with_state(state.rates.clone(), pace::pace);
    let on_the_way = large::on_the_way();
    let compressed = pages::routes(&state, site)
        .layer(from_fn(canonical::redirect))
        .route("/rpc/{*function}", any(rpc::call))
        .nest("/api", rest::routes())
        .layer(from_fn(move |request, next| {
            large::hold(on_the_way.clone(), request, next)
        }))
        .layer(paced.clone())
        .layer(from_fn(cross_origin::refuse))
        .layer(Extension(site.assets()))
        .layer(CompressionLayer::new());
    // An address like /pkg/… is a list's with a filter too: so what is not found in a folder of
    // ours is said explicitly.
    let uncompressed = Router::new()
        .route("/app/{key}", get(socket::upgrade).layer(paced))
        // The process lives; whoever finds it silent starts another.
        .route("/healthz", get(async || "ok"))
        .route("/readyz", get(health::ready))
        .route(
            "/pkg/{*path}",
            any(async || Problem::of(StatusCode::NOT_FOUND)),
        );
    compressed
        .merge(uncompressed)
        .layer(from_fn(headers::add_policy))
        .merge(site.routes())
        .layer(from_fn_with_state(site.assets(), panics::catch))
        .layer(from_fn(headers::add))
        .layer(from_fn_with_state(
            state.surroundings.clone(),
            client::identify,
        ))
        .layer(from_fn(trace::log))
        .with_state(state)
}
