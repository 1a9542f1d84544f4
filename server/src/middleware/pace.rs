use std::{
    num::NonZeroU32,
    sync::{Arc, OnceLock},
    time::Duration,
};

use axum::{
    Extension,
    body::Body,
    extract::{MatchedPath, Request, State},
    http::{Method, header},
    middleware::Next,
    response::Response,
};
use futures_util::StreamExt as _;

use super::refusal::{self, Reader, Refused};
use crate::{
    client::{Client, Network},
    rates::{Rate, Rates},
};

/// Bytes of a body that cost as much as one request.
const BYTES_PER_COST: u64 = 16 * 1024;

/// Size above that of all bodies that are accepted, in bytes. A larger one is refused unread, and costs
/// nothing.
const MAX_PAID_BYTES: u64 = 17 * 1024 * 1024;

/// Answers 429 to a client that exceeds its limit of new lists, writes, reads or sockets.
pub(crate) async fn pace(
    State(rates): State<Arc<Rates>>,
    Extension(client): Extension<Client>,
    request: Request,
    next: Next,
) -> Response {
    let Some((rate, cost)) = rate(&rates, &request) else {
        return next.run(request).await;
    };
    let network = Network::of(client.address);
    if let Err(wait) = rate.take(network, cost) {
        return refusal::answer(Reader::of(&request), &Refused::TooMany(wait));
    }
    if !request.headers().contains_key(header::TRANSFER_ENCODING) {
        return next.run(request).await;
    }
    // The length of a chunked body shows only as it arrives.
    let refused = Arc::new(OnceLock::new());
    let reader = Reader::of(&request);
    let (parts, body) = request.into_parts();
    let body = paced(body, rate.clone(), network, refused.clone());
    let response = next.run(Request::from_parts(parts, body)).await;
    match refused.get() {
        // Nothing was done, since the handler never got the whole body.
        Some(wait) => refusal::answer(reader, &Refused::TooMany(*wait)),
        None => response,
    }
}

/// Returns a body that fails once its client exceeds the limit; `refused` then tells how long to wait.
fn paced(body: Body, rate: Arc<Rate>, network: Network, refused: Arc<OnceLock<Duration>>) -> Body {
    let mut unpaid = 0;
    let pieces = body.into_data_stream().map(move |piece| {
        let piece = piece?;
        unpaid += piece.len() as u64;
        let cost = u32::try_from(unpaid / BYTES_PER_COST).unwrap_or(u32::MAX);
        unpaid %= BYTES_PER_COST;
        match NonZeroU32::new(cost).map(|cost| rate.take(network, cost)) {
            Some(Err(wait)) => {
                refused.set(wait).ok();
                Err(axum::Error::new("more than the client may send"))
            }
            _ => Ok(piece),
        }
    });
    Body::from_stream(pieces)
}

/// Returns the limit that applies to a request, if any, and the request's cost.
fn rate<'a>(rates: &'a Rates, request: &Request) -> Option<(&'a Arc<Rate>, NonZeroU32)> {
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map_or("", MatchedPath::as_str);
    let path = request.uri().path();
    let rate = match *request.method() {
        Method::GET if route.starts_with("/app/") => {
            return Some((rates.sockets.as_ref()?, NonZeroU32::MIN));
        }
        ref method if method.is_safe() => {
            return Some((rates.reads.as_ref()?, NonZeroU32::MIN));
        }
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
    let length = length.filter(|length| *length <= MAX_PAID_BYTES);
    let of_body = length.unwrap_or_default() / BYTES_PER_COST;
    NonZeroU32::MIN.saturating_add(u32::try_from(of_body).unwrap_or(u32::MAX))
}
