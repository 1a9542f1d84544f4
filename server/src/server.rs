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

/// How long a request may go on when the server stops.
const DRAINING: Duration = Duration::from_secs(10);

/// How often what was deleted long ago is looked for.
const PRUNING: Duration = Duration::from_hours(1);

/// Between two parts of it, others may write.
const PAUSE: Duration = Duration::from_millis(200);

/// How often clients are forgotten that ask for nothing any more.
const TIDYING: Duration = Duration::from_secs(15);

const MEBIBYTE: u64 = 1024 * 1024;

/// Files that the process may open beside connections, the fewest and the most: the database's, and
/// what is about to close.
const RESERVED_FILES: (usize, usize) = (64, 256);

/// A server whose data is open, ready to run on any listener.
pub struct Server {
    state: AppState,
    site: Site,
    network: NetworkOptions,
    disk: Arc<Disk>,
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

    /// The same server with another site.
    #[must_use]
    pub fn with_site(self, site: Site) -> Self {
        Self { site, ..self }
    }

    /// The same server with another service behind its pages and calls.
    #[must_use]
    pub fn with_service(mut self, service: SharedService) -> Self {
        self.state.service = service;
        self
    }

    /// Serves until `shutdown` comes, and a little longer: requests are answered, sockets are told
    /// to come back, and what is waiting is written.
    ///
    /// # Errors
    /// None today; a listener that fails for a while is listened to again.
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
            time::sleep(DRAINING).await;
        };
        tokio::select! {
            () = serving => {}
            () = stop => {}
        }
        // Sockets are no requests any more, and were not waited for.
        stopping.cancel();
        background.abort_all();
        state.sockets.close();
        time::timeout(DRAINING, state.sockets.wait()).await.ok();
        store.close().await;
        Ok(())
    }
}

/// The caps of connections: some of the files that the process may have open are for other things.
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

/// Forgets clients that ask for nothing any more, now and then.
async fn tidy(rates: Arc<Rates>) {
    let mut interval = time::interval(TIDYING);
    loop {
        interval.tick().await;
        rates.tidy();
    }
}

/// Removes what was deleted long ago, now and then, a part at a time.
async fn prune(store: Store) {
    let mut interval = time::interval(PRUNING);
    loop {
        interval.tick().await;
        loop {
            match store
                .prune(store.believed(clock::now(), store.running()))
                .await
            {
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
