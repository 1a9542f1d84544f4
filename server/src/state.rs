//! What request handlers share.

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

/// What request handlers share. Cloning it is cheap.
#[derive(Clone)]
pub(crate) struct AppState {
    /// What the product does.
    pub(crate) service: SharedService,
    /// What sockets share.
    pub(crate) realtime: Realtime,
    /// Whether the store can be read and written.
    pub(crate) readiness: Arc<Readiness>,
    /// Counts the open sockets, for the server's end to wait for.
    pub(crate) sockets: TaskTracker,
    /// How much a client may ask for.
    pub(crate) rates: Arc<Rates>,
    /// How many sockets each client has.
    pub(crate) places: Arc<Places>,
    /// How the server is reached.
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
