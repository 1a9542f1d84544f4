//! Bounds the memory of large responses that slow clients are reading.

use axum::{
    body::{Body, Bytes, HttpBody as _},
    extract::Request,
    middleware::Next,
    response::Response,
};
use futures_util::{Stream, StreamExt as _, stream};

use super::refusal::{self, Reader, Refused};
use crate::{client::Network, memory::Memory, turns};

const MEBIBYTE: usize = 1024 * 1024;

/// Maximum total size of large responses in transit, in bytes. Beyond it, requests are answered 503.
const MAX_IN_TRANSIT: usize = 256 * MEBIBYTE;

/// Maximum size of those to one client, in bytes.
const SHARE: usize = MAX_IN_TRANSIT / 2;

/// Size up to which a response is not counted, in bytes: about what its connection costs anyway.
const UNCOUNTED: usize = 64 * 1024;

/// Size of the pieces in which a large response is sent, in bytes. The last piece shows when it is
/// done.
const PIECE_BYTES: usize = 64 * 1024;

static ANSWERS: Memory = Memory::new(MAX_IN_TRANSIT, SHARE);

/// Answers a request. If it needs a turn, it keeps it until the response is built.
pub(crate) async fn hold(request: Request, next: Next) -> Response {
    let network = Network::of_request(request.extensions());
    let is_safe = request.method().is_safe();
    let reader = Reader::of(&request);
    // After a write is done, its response can't be refused any more.
    if !is_safe && ANSWERS.is_full(network) {
        return refusal::answer(reader, &Refused::Busy);
    }
    let response = turns::in_turn(network, next.run(request)).await;
    let size = usize::try_from(response.body().size_hint().lower()).unwrap_or(usize::MAX);
    if size <= UNCOUNTED {
        return response;
    }
    let mut room = ANSWERS.room(network);
    if !is_safe {
        room.grow_anyway(size);
    } else if room.grow(size).is_err() {
        return refusal::answer(reader, &Refused::Busy);
    }
    response.map(|body| Body::from_stream(pieces(body, room)))
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
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };

    use app::Assets;
    use axum::{
        Router,
        http::{Extensions, HeaderValue, Method, StatusCode, header},
        middleware::from_fn,
        routing::get,
    };
    use tower::ServiceExt as _;

    use super::*;

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

    /// Returns a server whose responses have this size, and its number of writes.
    fn answering(size: usize) -> (Router, Arc<AtomicUsize>) {
        let writes = Arc::new(AtomicUsize::new(0));
        let counted = writes.clone();
        let answer = move || async move { vec![b'x'; size] };
        let write = async move || {
            counted.fetch_add(1, Ordering::Relaxed);
            vec![b'x'; size]
        };
        let router = Router::new().route("/", get(answer).post(write));
        (router.layer(from_fn(hold)), writes)
    }

    async fn ask(router: &Router, method: Method) -> Response {
        let request = Request::builder().method(method).body(Body::empty());
        let request = request.expect("a request");
        router.clone().oneshot(request).await.expect("an answer")
    }

    #[tokio::test]
    async fn all_responses_above_a_small_size_are_counted() {
        const SIZE: usize = 400 * 1024;
        let (router, _) = answering(SIZE);
        let mut held = Vec::new();
        for _ in 0..SHARE / SIZE {
            let answer = ask(&router, Method::GET).await;
            assert_eq!(answer.status(), StatusCode::OK);
            held.push(answer);
        }
        let refused = ask(&router, Method::GET).await;
        assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(refused.headers().contains_key(header::RETRY_AFTER));
        let (small, _) = answering(UNCOUNTED);
        assert_eq!(ask(&small, Method::GET).await.status(), StatusCode::OK);
        held.pop();
        assert_eq!(ask(&router, Method::GET).await.status(), StatusCode::OK);
    }

    #[tokio::test]
    async fn a_write_is_refused_before_it_is_done_or_not_at_all() {
        let (router, writes) = answering(2 * UNCOUNTED);
        let mut others = ANSWERS.room(Network::of_request(&Extensions::new()));
        others.grow(SHARE - 1).expect("room");
        assert_eq!(ask(&router, Method::GET).await.status(), 503);
        let written = ask(&router, Method::POST).await;
        assert_eq!(written.status(), 200);
        assert_eq!(ask(&router, Method::POST).await.status(), 503);
        assert_eq!(writes.load(Ordering::Relaxed), 1);
        drop(written);
        assert_eq!(ask(&router, Method::POST).await.status(), 200);
    }

    /// Returns the answer to a request of somebody who waits for a page.
    async fn navigate(router: &Router, method: Method) -> Response {
        let request = Request::builder()
            .method(method)
            .header(header::ACCEPT, "text/html,*/*;q=0.8")
            .header(header::ACCEPT_LANGUAGE, "de")
            .extension(Assets {
                js: String::new(),
                wasm: String::new(),
                css: "/pkg/tandem.css".to_owned(),
                parts: Vec::new(),
            })
            .body(Body::empty())
            .expect("a request");
        router.clone().oneshot(request).await.expect("an answer")
    }

    #[tokio::test]
    async fn who_waits_for_a_page_is_refused_by_one() {
        let (router, writes) = answering(2 * UNCOUNTED);
        let mut others = ANSWERS.room(Network::of_request(&Extensions::new()));
        others.grow(SHARE).expect("room");
        for (method, said) in [
            (Method::GET, "Noch einmal versuchen"),
            (Method::POST, "Das wurde nicht gespeichert"),
        ] {
            let refused = navigate(&router, method).await;
            assert_eq!(refused.status(), 503);
            let header = |name| refused.headers().get(name).map(HeaderValue::as_bytes);
            assert_eq!(header(header::RETRY_AFTER), Some(&b"5"[..]));
            let kind = header(header::CONTENT_TYPE).expect("a kind");
            assert!(kind.starts_with(b"text/html"));
            let policy = header(header::CONTENT_SECURITY_POLICY).expect("a policy");
            assert!(policy.starts_with(b"default-src 'none'; style-src 'self'"));
            let page = axum::body::to_bytes(refused.into_body(), UNCOUNTED).await;
            let page = page.expect("a body in memory");
            let page = std::str::from_utf8(&page).expect("text");
            assert!(
                page.contains(said) && page.contains("ausgelastet"),
                "{page}"
            );
        }
        assert_eq!(writes.load(Ordering::Relaxed), 0);
    }
}
