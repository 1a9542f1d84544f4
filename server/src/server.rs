use std::{io, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use app::service::SharedService;
use futures_util::FutureExt as _;
use tokio::{net::TcpListener, task::JoinSet, time};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    client::Surroundings,
    clock,
    config::{Config, NetworkOptions},
    connections::{self, Caps, Deadlines},
    disk::Disk,
    follow::follow,
    health::Readiness,
    hub::Hub,
    rates::Rates,
    router,
    service::Tandem,
    site::Site,
    socket::{Places, Realtime},
    state::AppState,
    store::{Store, StoreError, StoreOptions},
};

/// How long requests may take to finish when the server stops.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(10);

/// Interval between two prunings of what was deleted long ago.
const PRUNE_INTERVAL: Duration = Duration::from_hours(1);

/// Pause between two parts of a pruning, so that others can write.
const PRUNE_PAUSE: Duration = Duration::from_millis(20);

/// Interval at which idle clients are dropped from the rate limiters.
const TIDY_INTERVAL: Duration = Duration::from_secs(15);

/// Pause before a background task that panicked is restarted.
const AFTER_PANIC: Duration = Duration::from_secs(1);

const MEBIBYTE: u64 = 1024 * 1024;

/// Minimum and maximum number of file descriptors kept for anything but connections: the database,
/// and connections that are closing.
const RESERVED_FILES: (usize, usize) = (64, 256);

/// A server with its data open, ready to run on any listener.
pub struct Server {
    state: AppState,
    site: Site,
    network: NetworkOptions,
    disk: Arc<Disk>,
}

impl Server {
    /// Opens the data. The site is the one that was built into the program.
    ///
    /// # Errors
    /// When the data cannot be opened.
    pub async fn open(config: &Config) -> Result<Self, StoreError> {
        let hub = Arc::new(Hub::default());
        let url = config.database_url.reveal();
        let store = Store::open(url, StoreOptions::default(), hub.clone()).await?;
        let disk = Arc::new(Disk::of(
            store.file(),
            config.min_free_disk.saturating_mul(MEBIBYTE),
        ));
        let realtime = Realtime {
            store: store.clone(),
            hub,
            key: config.pusher_key.as_str().into(),
            stopping: CancellationToken::new(),
        };
        let state = AppState {
            service: Arc::new(Tandem::new(store.clone()).with_disk(disk.clone())),
            readiness: Arc::new(Readiness::of(store)),
            realtime,
            sockets: TaskTracker::new(),
            rates: Arc::new(Rates::new(&config.network)),
            places: Arc::new(places(&config.network)),
            surroundings: Arc::new(Surroundings::new(&config.network)),
        };
        Ok(Self {
            state,
            site: Site::embedded(),
            network: config.network.clone(),
            disk,
        })
    }

    /// Replaces the site.
    #[must_use]
    pub fn with_site(self, site: Site) -> Self {
        Self { site, ..self }
    }

    /// Replaces the service that pages and requests use.
    #[must_use]
    pub fn with_service(mut self, service: SharedService) -> Self {
        self.state.service = service;
        self
    }

    /// Returns the path patterns of all routes, so that a test can forget none.
    pub fn routes(&self) -> Vec<String> {
        router::paths(&router::router(self.state.clone(), &self.site))
    }

    /// Serves until `shutdown` resolves, then shuts down in order: finishes the requests under way,
    /// tells the sockets to reconnect, and commits what is queued.
    ///
    /// # Errors
    /// None today: the server recovers from a listener that fails for a while.
    pub async fn run(
        self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<()> {
        let Self {
            state,
            site,
            network,
            disk,
        } = self;
        let store = state.realtime.store.clone();
        let router = router::router(state.clone(), &site);
        let mut background = JoinSet::new();
        let (hub, rates) = (&state.realtime.hub, &state.rates);
        let (pruned, followed) = (store.clone(), store.clone());
        background.spawn(for_ever("prune", move || prune(pruned.clone())));
        background.spawn(for_ever("disk", move || disk.clone().watch()));
        let hub = hub.clone();
        let following = move || follow(followed.clone(), hub.clone());
        background.spawn(for_ever("follow", following));
        let rates = rates.clone();
        background.spawn(for_ever("tidy", move || tidy(rates.clone())));
        let stopping = state.realtime.stopping.clone();
        let serving = connections::serve(
            listener,
            router,
            caps(&network),
            deadlines(&network),
            state.surroundings.trusted.clone(),
            stopping.clone(),
        );
        let stop = async {
            shutdown.await;
            stopping.cancel();
            time::sleep(DRAIN_TIMEOUT).await;
        };
        tokio::select! {
            () = serving => {}
            () = stop => {}
        }
        // An upgraded socket no longer counts as a request, so nothing has waited for it yet.
        stopping.cancel();
        background.abort_all();
        state.sockets.close();
        time::timeout(DRAIN_TIMEOUT, state.sockets.wait())
            .await
            .ok();
        store.close().await;
        Ok(())
    }
}

/// Computes the connection limits, leaving some file descriptors for other uses.
fn caps(network: &NetworkOptions) -> Caps {
    let files = rlimit::getrlimit(rlimit::Resource::NOFILE).map_or(u64::MAX, |(soft, _)| soft);
    let files = usize::try_from(files).unwrap_or(usize::MAX);
    let reserve = (files / 4).clamp(RESERVED_FILES.0, RESERVED_FILES.1);
    let all = network
        .max_connections
        .min(files.saturating_sub(reserve))
        .max(1);
    Caps {
        all,
        network: network.max_connections_per_address.min(all.div_ceil(2)),
    }
}

/// Returns the limits of sockets. Sockets are never evicted, so some connections are left for requests.
fn places(network: &NetworkOptions) -> Places {
    let caps = caps(network);
    let of_client = (caps.network * 3 / 4).max(1);
    let all = (caps.all * 9 / 10).max(1);
    Places::new(network.max_sockets_per_address.min(of_client), all)
}

fn deadlines(network: &NetworkOptions) -> Deadlines {
    Deadlines {
        head: network.header_timeout,
        body: network.body_timeout,
        answer: network.answer_timeout,
        idle: network.idle_timeout,
    }
}

/// Runs a background task, and restarts it after a pause if it panics.
async fn for_ever<F: Future<Output = ()>>(task: &'static str, begin: impl Fn() -> F) {
    // What the tasks share is behind locks that tolerate a panic.
    while AssertUnwindSafe(begin()).catch_unwind().await.is_err() {
        tracing::error!(task, "a background task panicked and is restarted");
        time::sleep(AFTER_PANIC).await;
    }
}

/// Drops idle clients from the rate limiters, periodically.
async fn tidy(rates: Arc<Rates>) {
    let mut interval = time::interval(TIDY_INTERVAL);
    loop {
        interval.tick().await;
        rates.tidy();
    }
}

/// Prunes what was deleted long ago, periodically and in small parts.
async fn prune(store: Store) {
    let mut interval = time::interval(PRUNE_INTERVAL);
    loop {
        interval.tick().await;
        loop {
            match store
                .prune(store.believed(clock::now(), store.running()))
                .await
            {
                Ok(pruned) if pruned.more => time::sleep(PRUNE_PAUSE).await,
                Ok(_) => break,
                Err(error) => {
                    tracing::warn!(%error, "pruning failed");
                    break;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_background_task_that_panics_is_restarted() {
        let begun = AtomicUsize::new(0);
        for_ever("test", || async {
            assert!(begun.fetch_add(1, Ordering::Relaxed) >= 2, "too early");
        })
        .await;
        assert_eq!(begun.load(Ordering::Relaxed), 3);
    }
}
