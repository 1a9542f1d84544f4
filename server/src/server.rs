use std::{io, sync::Arc, time::Duration};

use app::service::SharedService;
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
            places: Arc::new(Places::new(config.network.max_sockets_per_address)),
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
        background.spawn(prune(store.clone()));
        background.spawn(disk.watch());
        background.spawn(follow(store.clone(), state.realtime.hub.clone()));
        background.spawn(tidy(state.rates.clone()));
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

fn deadlines(network: &NetworkOptions) -> Deadlines {
    Deadlines {
        head: network.header_timeout,
        body: network.body_timeout,
        answer: network.answer_timeout,
        idle: network.idle_timeout,
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
