//! Large answers: how much of them waits for slow readers is bounded.

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

/// How much large answers that are on their way may have at once, in KiB. The others are told to come
/// again.
const ON_THE_WAY: usize = 256 * 1024;

/// Size of the pieces in which a large answer is handed out, in bytes: so it is known when it is gone.
const PIECE: usize = 64 * 1024;

/// Answers a request, and has it keep its turn, if it needed one, until the answer is built.
pub(crate) async fn hold(on_the_way: Arc<Semaphore>, request: Request, next: Next) -> Response {
    let (response, is_large) = turns::in_turn(next.run(request)).await;
    if !is_large {
        return response;
    }
    // One whose size is not known is made while it is sent.
    let size = response.body().size_hint().lower().max(turns::LARGE as u64) / 1024;
    let size = u32::try_from(size).unwrap_or(u32::MAX);
    if let Ok(permit) = on_the_way.try_acquire_many_owned(size) {
        response.map(|body| Body::from_stream(pieces(body, permit)))
    } else {
        let later = [(header::RETRY_AFTER, "5")];
        (later, Problem::of(StatusCode::SERVICE_UNAVAILABLE)).into_response()
    }
}

/// How much large answers may have that are on their way.
pub(crate) fn on_the_way() -> Arc<Semaphore> {
    Arc::new(Semaphore::new(ON_THE_WAY))
}

/// The body in pieces, with something that goes when the last of them is gone.
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
    let mut pieces = Vec::with_capacity(bytes.len() / PIECE + 1);
    while bytes.len() > PIECE {
        pieces.push(bytes.split_to(PIECE));
    }
    pieces.push(bytes);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_body_in_pieces_is_the_same_and_lets_go_at_its_end() {
        let text: Vec<u8> = (0..=u8::MAX).cycle().take(200_001).collect();
        let kept = Arc::new(());
        let mut pieces = Box::pin(pieces(Body::from(text.clone()), kept.clone()));
        let mut read = Vec::new();
        while let Some(piece) = pieces.next().await {
            let piece = piece.expect("a body in memory");
            assert!(piece.len() <= PIECE);
            read.extend(piece);
            assert_eq!(Arc::strong_count(&kept), 2);
        }
        drop(pieces);
        assert_eq!(Arc::strong_count(&kept), 1);
        assert!(read == text);
    }
}
