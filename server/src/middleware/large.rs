//! Bounds the memory of large responses that slow clients are reading.

use std::sync::Arc;

use axum::{
    body::{Body, Bytes, HttpBody as _},
    extract::Request,
    http::{StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures_util::{Stream, StreamExt as _, stream};
use tokio::sync::Semaphore;

use crate::{problem::Problem, turns};

/// Maximum total size of large responses in transit, in KiB. Beyond it, requests are answered 503.
const MAX_IN_TRANSIT_KIB: usize = 256 * 1024;

/// Size of the pieces in which a large response is sent, in bytes. The last piece shows when it is
/// done.
const PIECE_BYTES: usize = 64 * 1024;

/// Answers a request. If it needs a turn, it keeps it until the response is built.
pub(crate) async fn hold(in_transit: Arc<Semaphore>, request: Request, next: Next) -> Response {
    let (response, is_large) = turns::in_turn(next.run(request)).await;
    if !is_large {
        return response;
    }
    // A response of unknown size is produced while it is sent.
    let size = response.body().size_hint().lower().max(turns::LARGE as u64) / 1024;
    let size = u32::try_from(size).unwrap_or(u32::MAX);
    if let Ok(permit) = in_transit.try_acquire_many_owned(size) {
        response.map(|body| Body::from_stream(pieces(body, permit)))
    } else {
        let later = [(header::RETRY_AFTER, "5")];
        (later, Problem::of(StatusCode::SERVICE_UNAVAILABLE)).into_response()
    }
}

/// Returns the budget of large responses in transit.
pub(crate) fn in_transit() -> Arc<Semaphore> {
    Arc::new(Semaphore::new(MAX_IN_TRANSIT_KIB))
}

/// Splits a body into pieces, and drops `kept` after the last of them.
fn pieces<T: Send + 'static>(
    body: Body,
    kept: T,
) -> impl Stream<Item = Result<Bytes, axum::Error>> + Send {
    body.into_data_stream()
        .flat_map(|bytes| match bytes {
            Ok(bytes) => stream::iter(cut(bytes).into_iter().map(Ok).collect::<Vec<_>>()),
            Err(error) => stream::iter(vec![Err(error)]),
        })
        .inspect(move |_| _ = &kept)
}

fn cut(mut bytes: Bytes) -> Vec<Bytes> {
    let mut pieces = Vec::with_capacity(bytes.len() / PIECE_BYTES + 1);
    while bytes.len() > PIECE_BYTES {
        pieces.push(bytes.split_to(PIECE_BYTES));
    }
    pieces.push(bytes);
    pieces
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::to_bytes, middleware::from_fn, routing::get};
    use tower::ServiceExt as _;

    use super::*;
    use crate::turns::Turns;

    #[tokio::test]
    async fn a_body_in_pieces_is_unchanged_and_frees_its_budget_at_the_end() {
        let text: Vec<u8> = (0..=u8::MAX).cycle().take(200_001).collect();
        let kept = Arc::new(());
        let mut pieces = Box::pin(pieces(Body::from(text.clone()), kept.clone()));
        let mut read = Vec::new();
        while let Some(piece) = pieces.next().await {
            let piece = piece.expect("a body in memory");
            assert!(piece.len() <= PIECE_BYTES);
            read.extend(piece);
            assert_eq!(Arc::strong_count(&kept), 2);
        }
        drop(pieces);
        assert_eq!(Arc::strong_count(&kept), 1);
        assert!(read == text);
    }

    #[tokio::test]
    async fn what_is_in_transit_is_bounded_until_it_has_been_read() {
        let turns = Arc::new(Turns::default());
        let large = async move || {
            drop(turns.next().await.expect("a turn"));
            "x".repeat(1024 * 1024)
        };
        let room = Arc::new(Semaphore::new(2 * 1024));
        let router: Router = Router::new()
            .route("/large", get(large))
            .route("/small", get(async || "x".repeat(1024 * 1024)))
            .layer(from_fn(move |request, next| {
                hold(room.clone(), request, next)
            }));
        let get = async |path: &str| {
            let request = Request::get(path).body(Body::empty()).expect("a request");
            let Ok(response) = router.clone().oneshot(request).await;
            response
        };
        let unread = [get("/large").await, get("/large").await];
        let refused = get("/large").await;
        assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(refused.headers().contains_key(header::RETRY_AFTER));
        assert_eq!(get("/small").await.status(), StatusCode::OK);
        for response in unread {
            assert_eq!(response.status(), StatusCode::OK);
            let body = to_bytes(response.into_body(), usize::MAX).await;
            assert_eq!(body.map(|body| body.len()).ok(), Some(1024 * 1024));
        }
        assert_eq!(get("/large").await.status(), StatusCode::OK);
    }
}
