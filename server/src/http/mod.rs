//! All addresses of the server in one table, and what is the same for all of them.

mod canonical;
mod cross_origin;
mod encoding;
mod export;
mod form;
mod headers;
mod health;
mod import;
mod large;
mod pace;
mod pages;
mod panics;
mod plain;
mod print;
mod problem;
mod refusal;
mod rpc;
mod site;
mod trace;

pub(crate) use health::Readiness;
pub(crate) use problem::Problem;
pub(crate) use refusal::{is_call, overdue};
pub use site::Site;

use axum::{
    Extension, Router,
    http::StatusCode,
    middleware,
    routing::{any, get},
};
use tower_http::compression::CompressionLayer;

use crate::{client, rest, socket, state::AppState};

/// The server as a service: a request goes in, a response comes out.
pub(crate) fn router(state: AppState, site: &Site) -> Router {
    let paced = middleware::from_fn_with_state(state.rates.clone(), pace::pace);
    let on_the_way = large::on_the_way();
    let compressed = pages::routes(&state, site)
        .layer(middleware::from_fn(canonical::redirect))
        .route("/rpc/{*function}", any(rpc::call))
        .nest("/api", rest::routes())
        .layer(middleware::from_fn(move |request, next| {
            large::hold(on_the_way.clone(), request, next)
        }))
        .layer(paced.clone())
        .layer(middleware::from_fn(cross_origin::refuse))
        .layer(Extension(site.assets()))
        .layer(CompressionLayer::new());
    // An address like /pkg/… is a list's with a filter too: so what is not found in a folder of
    // ours is said explicitly.
    let uncompressed = Router::new()
        .route("/app/{key}", get(socket::upgrade).layer(paced))
        .merge(health::routes())
        .route(
            "/pkg/{*path}",
            any(async || Problem::of(StatusCode::NOT_FOUND)),
        );
    compressed
        .merge(uncompressed)
        .layer(middleware::from_fn(headers::add_policy))
        .merge(site.routes())
        .layer(middleware::from_fn_with_state(site.assets(), panics::catch))
        .layer(middleware::from_fn(headers::add))
        .layer(middleware::from_fn_with_state(
            state.surroundings.clone(),
            client::identify,
        ))
        .layer(middleware::from_fn(trace::log))
        .with_state(state)
}
