//! Whether the process lives, and whether it can do its work.

use std::time::{Duration, Instant};

use axum::{
    Router,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use tokio::{sync::Mutex, time::timeout};

use crate::{problem::Problem, state::AppState, store::Store};

/// How long an answer is good for: however often it is asked, the store is tried once in this time.
const GOOD_FOR: Duration = Duration::from_secs(1);
/// A store that takes longer than this is not ready.
const PATIENCE: Duration = Duration::from_secs(3);
/// What a supervisor is told to wait before it asks again, in seconds.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("5");

/// `/healthz` says that the process lives; whoever finds it silent starts another. `/readyz` says whether
/// the store reads and writes; whoever hears that it does not sends people elsewhere.
pub(crate) fn routes() -> Router<AppState> {
    Router::new()
        .route("/healthz", get(async || "ok"))
        .route("/readyz", get(ready))
}

/// The last answer of the store. Whoever asks while it is being tried waits for that answer.
#[derive(Default)]
pub(crate) struct Readiness(Mutex<Option<(Instant, bool)>>);

impl Readiness {
    async fn of(&self, store: &Store) -> bool {
        let mut last = self.0.lock().await;
        if let Some((at, is_ready)) = *last
            && at.elapsed() < GOOD_FOR
        {
            return is_ready;
        }
        let is_ready = match timeout(PATIENCE, store.probe()).await {
            Ok(Ok(())) => true,
            Ok(Err(error)) => {
                tracing::error!(%error, "the store is not ready");
                false
            }
            Err(_) => {
                tracing::error!("the store is not ready: it does not answer");
                false
            }
        };
        *last = Some((Instant::now(), is_ready));
        is_ready
    }
}

async fn ready(State(state): State<AppState>) -> Response {
    if state.readiness.of(&state.store).await {
        return "ok".into_response();
    }
    let problem = Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "The store cannot be read and written at the moment.",
    );
    ([(header::RETRY_AFTER, RETRY_AFTER)], problem).into_response()
}
