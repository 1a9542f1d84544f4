//! Readiness: whether the server can do its work.

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

/// How long a result is reused, so that frequent requests probe the store at most once in this
/// time.
const RESULT_TTL: Duration = Duration::from_secs(1);
/// Time after which a store that has not answered counts as not ready.
const PROBE_TIMEOUT: Duration = Duration::from_secs(3);
/// `Retry-After` of a negative answer, in seconds.
const RETRY_AFTER_SECONDS: HeaderValue = HeaderValue::from_static("5");

/// Knows whether the store can be read and written. Concurrent requests share one probe.
pub(crate) struct Readiness {
    store: Store,
    /// The last result, and when it was obtained.
    last: Mutex<Option<(Instant, bool)>>,
}

impl Readiness {
    /// Creates the readiness of a store, not probed yet.
    pub(crate) fn of(store: Store) -> Self {
        Self {
            store,
            last: Mutex::default(),
        }
    }

    async fn is_ready(&self) -> bool {
        let mut last = self.last.lock().await;
        if let Some((at, is_ready)) = *last
            && at.elapsed() < RESULT_TTL
        {
            return is_ready;
        }
        let is_ready = match timeout(PROBE_TIMEOUT, self.store.probe()).await {
            Ok(Ok(())) => true,
            Ok(Err(error)) => {
                tracing::error!(%error, "the store is not ready");
                false
            }
            Err(_) => {
                tracing::error!("the store is not ready: the probe timed out");
                false
            }
        };
        *last = Some((Instant::now(), is_ready));
        is_ready
    }
}

/// `GET /readyz`: answers 200 if the store can be read and written, else 503, so that a load
/// balancer uses another server.
pub(crate) async fn ready(State(readiness): State<Arc<Readiness>>) -> Response {
    if readiness.is_ready().await {
        return "ok".into_response();
    }
    let problem = Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "The store cannot be read and written right now.",
    );
    ([(header::RETRY_AFTER, RETRY_AFTER_SECONDS)], problem).into_response()
}
