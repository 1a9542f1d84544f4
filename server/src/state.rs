//! The state that request handlers share.

use std::sync::Arc;

use app::service::SharedService;
use axum::extract::FromRef;
use tokio_util::task::TaskTracker;

use crate::{
    client::Surroundings,
    health::Readiness,
    rates::Rates,
    socket::{Places, Realtime},
};

/// State that request handlers share. Cheap to clone.
#[derive(Clone)]
pub(crate) struct AppState {
    /// The product's operations.
    pub(crate) service: SharedService,
    /// State that sockets share.
    pub(crate) realtime: Realtime,
    /// Whether the store can be read and written.
    pub(crate) readiness: Arc<Readiness>,
    /// Tracks open sockets, so that shutdown can wait for them.
    pub(crate) sockets: TaskTracker,
    /// Rate limits per client.
    pub(crate) rates: Arc<Rates>,
    /// Number of open sockets per client.
    pub(crate) places: Arc<Places>,
    /// How clients reach the server.
    pub(crate) surroundings: Arc<Surroundings>,
}

impl FromRef<AppState> for Realtime {
    fn from_ref(state: &AppState) -> Self {
        state.realtime.clone()
    }
}

impl FromRef<AppState> for Arc<Places> {
    fn from_ref(state: &AppState) -> Self {
        state.places.clone()
    }
}

impl FromRef<AppState> for TaskTracker {
    fn from_ref(state: &AppState) -> Self {
        state.sockets.clone()
    }
}

impl FromRef<AppState> for Arc<Readiness> {
    fn from_ref(state: &AppState) -> Self {
        state.readiness.clone()
    }
}
