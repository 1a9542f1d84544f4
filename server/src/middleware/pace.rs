use std::{num::NonZeroU32, sync::Arc};

use axum::{
    Extension,
    extract::{MatchedPath, Request, State},
    http::{Method, header},
    middleware::Next,
    response::Response,
};

use super::refusal::{self, Refused};
use crate::{
    client::{Client, Network},
    rates::{Rate, Rates},
};

/// Bytes of a body that cost as much as one request.
const BYTES_PER_COST: u64 = 16 * 1024;

/// Cost of a body of unknown length.
const UNKNOWN_LENGTH_COST: u32 = 16;

/// Answers 429 to a client that exceeds its limit of new lists, writes or sockets.
pub(crate) async fn pace(
    State(rates): State<Arc<Rates>>,
    Extension(client): Extension<Client>,
    request: Request,
    next: Next,
) -> Response {
    let Some((rate, cost)) = rate(&rates, &request) else {
        return next.run(request).await;
    };
    match rate.take(Network::of(client.address), cost) {
        Ok(()) => next.run(request).await,
        Err(wait) => refusal::answer(request, &Refused::TooMany(wait)),
    }
}

/// Returns the limit that applies to a request, if any, and the request's cost.
fn rate<'a>(rates: &'a Rates, request: &Request) -> Option<(&'a Rate, NonZeroU32)> {
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map_or("", MatchedPath::as_str);
    let path = request.uri().path();
    let rate = match *request.method() {
        Method::GET if route.starts_with("/app/") => {
            return Some((rates.sockets.as_ref()?, NonZeroU32::MIN));
        }
        ref method if method.is_safe() => return None,
        Method::POST if is_new_list(route, path) => &rates.lists,
        _ => &rates.writes,
    };
    Some((rate.as_ref()?, cost(request)))
}

fn is_new_list(route: &str, path: &str) -> bool {
    matches!(route, "/api/lists" | "/api/lists.json") || path == "/rpc/create_list"
}

fn cost(request: &Request) -> NonZeroU32 {
    let length = request.headers().get(header::CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    let is_chunked = request.headers().contains_key(header::TRANSFER_ENCODING);
    let of_body = match length {
        Some(length) => u32::try_from(length / BYTES_PER_COST).unwrap_or(u32::MAX),
        None if is_chunked => UNKNOWN_LENGTH_COST,
        None => 0,
    };
    NonZeroU32::MIN.saturating_add(of_body)
}
