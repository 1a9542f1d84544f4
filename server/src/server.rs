use std::{io, sync::Arc, time::Duration};

use axum::serve::ListenerExt;
use leptos::config::LeptosOptions;
use tokio::{net::TcpListener, time};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    Config, clock,
    http::{self, Site},
    hub::Hub,
    service::Tandem,
    socket::Realtime,
    state::AppState,
    store::{Store, StoreError, StoreOptions},
};

/// How long a request may go on when the server stops.
const DRAINING: Duration = Duration::from_secs(10);

/// How often what was deleted long ago is looked for.
const PRUNING: Duration = Duration::from_secs(60 * 60);

/// Between two parts of it, others may write.
const PAUSE: Duration = Duration::from_millis(200);

/// A server whose data is open, ready to run on any listener.
pub struct Server {
    state: AppState,
    site: Site,
}

impl Server {
    /// Opens the data, with the site that the program was built with.
    ///
    /// # Errors
    /// When the data cannot be used.
    pub async fn open(config: &Config) -> Result<Self, StoreError> {
        let hub = Arc::new(Hub::default());
        let url = config.database_url.reveal();
        let store = Store::open(url, StoreOptions::default(), hub.clone()).await?;
        let realtime = Realtime {
            store: store.clone(),
            hub,
            key: config.pusher_key.as_str().into(),
            stopping: CancellationToken::new(),
        };
        let state = AppState {
            service: Arc::new(Tandem::new(store.clone())),
            store,
            realtime,
            readiness: Arc::default(),
            sockets: TaskTracker::new(),
            leptos: LeptosOptions::builder().output_name("tandem").build(),
        };
        Ok(Self {
            state,
            site: Site::embedded(),
        })
    }

    /// The same server with another site.
    #[must_use]
    pub fn with_site(self, site: Site) -> Self {
        Self { site, ..self }
    }

    /// Serves until `shutdown` comes, and a little longer: requests are answered, sockets are told
    /// to come back, and what is waiting is written.
    ///
    /// # Errors
    /// When the listener fails.
    pub async fn run(
        self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<()> {
        let Self { state, site } = self;
        let router = http::router(state.clone(), &site);
        let pruning = tokio::spawn(prune(state.store.clone()));
        // A frame is small and goes out at once, rather than wait for another to fill the packet.
        let listener = listener.tap_io(|connection| drop(connection.set_nodelay(true)));

        let stopping = state.realtime.stopping.clone();
        let stop = stopping.clone();
        let serving = axum::serve(listener, router).with_graceful_shutdown(async move {
            shutdown.await;
            stop.cancel();
        });
        let overdue = async {
            stopping.cancelled().await;
            time::sleep(DRAINING).await;
        };
        let served = tokio::select! {
            served = serving => served,
            () = overdue => Ok(()),
        };
        // Sockets are no requests any more: axum does not wait for them.
        stopping.cancel();
        pruning.abort();
        state.sockets.close();
        time::timeout(DRAINING, state.sockets.wait()).await.ok();
        state.store.close().await;
        served
    }
}

/// Removes what was deleted long ago, now and then, a part at a time.
async fn prune(store: Store) {
    let mut interval = time::interval(PRUNING);
    loop {
        interval.tick().await;
        loop {
            match store.prune(clock::now()).await {
                Ok(pruned) if pruned.more => time::sleep(PAUSE).await,
                Ok(_) => break,
                Err(error) => {
                    tracing::warn!(%error, "what was deleted long ago could not be removed");
                    break;
                }
            }
        }
    }
}
