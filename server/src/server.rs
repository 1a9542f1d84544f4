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
    signature::Signer,
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
        let secret = match &config.pusher_secret {
            Some(secret) => secret.reveal().to_owned(),
            None => store.pusher_secret().await?,
        };
        let realtime = Realtime {
            store: store.clone(),
            hub,
            signer: Signer::new(&config.pusher_key, &secret),
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

    use axum::{
        Router,
        body::{Body, to_bytes},
        http::{Request, StatusCode, header},
    };
    use clap::Parser as _;
    use futures_util::FutureExt as _;
    use serde_json::{Value, json};
    use tower::ServiceExt as _;
    use uuid::Uuid;

    use super::*;
    use crate::turns;

    /// Sends a request, which is to be answered soon, and returns the status and the body.
    async fn send(router: &Router, request: Request<Body>) -> (StatusCode, String) {
        let answer = time::timeout(Duration::from_secs(5), router.clone().oneshot(request));
        let answer = answer.await.expect("it does not wait for a turn");
        let answer = answer.expect("a router always answers");
        let status = answer.status();
        let body = to_bytes(answer.into_body(), usize::MAX).await;
        let body = body.expect("a body in memory");
        (status, String::from_utf8(body.to_vec()).expect("a text"))
    }

    fn request(method: &str, path: &str, kind: &str, body: String) -> Request<Body> {
        let request = Request::builder().method(method).uri(path);
        let request = request
            .header(header::HOST, "localhost")
            .header(header::CONTENT_TYPE, kind);
        request.body(body.into()).expect("a request")
    }

    const JSON: &str = "application/json";
    const FORM: &str = "multipart/form-data; boundary=x";

    /// A server in a folder of its own, and the token of a list with more than may be read without a
    /// turn, which has been imported under this number.
    async fn with_large_list(import: Uuid) -> (tempfile::TempDir, Router, String) {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let url = format!("sqlite://{}", folder.path().join("x.db").display());
        let config = Config::parse_from(["tandem", "--database-url", &url]);
        let server = Server::open(&config).await.expect("a new database");
        let router = router::router(server.state.clone(), &server.site);
        let (_, list) = send(&router, request("POST", "/api/lists", JSON, String::new())).await;
        let list: Value = serde_json::from_str(&list).expect("JSON");
        let token = list["token"].as_str().expect("a token");
        let items = vec![json!({ "shortdesc": "an item", "longdesc": "n".repeat(20_000) }); 40];
        let shown = json!({ "title": null, "items": items }).to_string();
        let field = |name: &str, value: &str| {
            let head = format!("Content-Disposition: form-data; name=\"{name}\"");
            format!("--x\r\n{head}\r\n\r\n{value}\r\n")
        };
        let form = field("list", &shown) + &field("import", &import.to_string()) + "--x--\r\n";
        let path = format!("/{token}/import");
        let (status, _) = send(&router, request("POST", &path, FORM, form)).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        (folder, router, token.to_owned())
    }

    /// Takes all turns, so that nobody can read much at once.
    fn all_turns() -> Vec<turns::Turn> {
        let turns = std::iter::from_fn(|| turns::of_machine().next().now_or_never());
        turns.map(|turn| turn.expect("few ask")).collect()
    }

    #[tokio::test]
    async fn a_large_list_that_was_renamed_is_answered_however_busy_the_server_is() {
        let (_folder, router, token) = with_large_list(Uuid::now_v7()).await;
        let _turns = all_turns();
        let path = format!("/api/lists/{token}");
        let title = json!({ "title": "Groceries" }).to_string();
        let (status, list) = send(&router, request("PATCH", &path, JSON, title)).await;
        assert_eq!(status, StatusCode::OK);
        let list: Value = serde_json::from_str(&list).expect("JSON");
        assert_eq!(
            (&list["title"], &list["head"]),
            (&json!("Groceries"), &json!(42))
        );
    }

    #[tokio::test]
    async fn an_import_into_a_large_list_is_shown_however_busy_the_server_is() {
        let import = Uuid::now_v7();
        let (_folder, router, token) = with_large_list(import).await;
        let _turns = all_turns();
        let path = format!("/{token}/imported/{import}");
        let (status, page) = send(&router, request("GET", &path, JSON, String::new())).await;
        assert_eq!(status, StatusCode::OK);
        assert!(page.contains("40 items"), "{page}");
    }

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
