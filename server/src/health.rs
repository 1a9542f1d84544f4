//! Whether the server can do its work.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use tokio::{sync::Mutex, time::timeout};

use crate::{problem::Problem, store::Store};

/// How long an answer is good for: however often it is asked, the store is tried once in this time.
const GOOD_FOR: Duration = Duration::from_secs(1);
/// A store that takes longer than this is not ready.
const PATIENCE: Duration = Duration::from_secs(3);
/// What a supervisor is told to wait before it asks again, in seconds.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("5");

/// Whether the store reads and writes. Whoever asks while it is being tried waits for that answer.
pub(crate) struct Readiness {
    store: Store,
    /// The last answer, and when it was given.
    last: Mutex<Option<(Instant, bool)>>,
}

impl Readiness {
    /// The readiness of a store, which nobody has tried yet.
    pub(crate) fn of(store: Store) -> Self {
        Self {
            store,
            last: Mutex::default(),
        }
    }

    async fn is_ready(&self) -> bool {
        let mut last = self.last.lock().await;
        if let Some((at, is_ready)) = *last
            && at.elapsed() < GOOD_FOR
        {
            return is_ready;
        }
        let is_ready = match timeout(PATIENCE, self.store.probe()).await {
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

/// `GET /readyz`: answers 200 if the store reads and writes, else 503, by which a supervisor sends people
/// elsewhere.
pub(crate) async fn ready(State(readiness): State<Arc<Readiness>>) -> Response {
    if readiness.is_ready().await {
        return "ok".into_response();
    }
    let problem = Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "The store cannot be read and written right now.",
    );
    ([(header::RETRY_AFTER, RETRY_AFTER)], problem).into_response()
}
