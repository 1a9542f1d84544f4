//! The only task that writes. What arrives during a commit is committed together next.

mod batches;
mod large;
mod requests;

use std::{
    panic::AssertUnwindSafe,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use futures_util::FutureExt as _;
use sqlx::{AnyConnection, Connection as _};
use sync::Millis;
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
    time::{Duration, Instant, sleep_until},
};

use uuid::Uuid;

use super::{
    StoreError, StoreOptions,
    cache::Cache,
    checkpoint::Checkpoints,
    database::Database,
    links,
    loads::{Loaded, Loads},
    probe,
    prune::{self, Pruned},
    queue::{Job, Queue},
    sharing::{self, Deed},
    staging::{Decided, Staging},
    waiting::Waiting,
};
use crate::{
    clock::Clocks,
    hub::{self, Hub},
};

/// Longest rest after a heavy write, or a part of a large one. It rests for as long as that took.
const MAX_REST: Duration = Duration::from_millis(10);

/// Owns the writing connection and the cached lists. Since nobody else has them, there are no
/// locks, and the order of commits is the order of publishing.
struct Writer {
    database: Database,
    /// `None` after a failure; the next batch opens a new one.
    connection: Option<AnyConnection>,
    cache: Cache,
    loads: Loads,
    waiting: Waiting,
    checkpoints: Checkpoints,
    hub: Arc<Hub>,
    max_batch: usize,
    /// Maximum number of requests that wait here; more wait in the queue.
    max_waiting: usize,
    commits: Arc<AtomicU64>,
    /// Written times never decrease, so no row is older than one written before it.
    clocks: Clocks,
    /// The cache of links, which forgets those of a list of which one is replaced.
    links: Arc<links::Known>,
    sharing: Vec<(Deed, oneshot::Sender<Result<(), StoreError>>)>,
    pruning: Vec<(Millis, oneshot::Sender<Result<Pruned, StoreError>>)>,
    probing: Vec<oneshot::Sender<Result<(), StoreError>>>,
    closing: Vec<oneshot::Sender<()>>,
    /// A large write being decided on, and its list.
    deciding: Option<(Uuid, JoinHandle<Decided>)>,
    /// The large write being stored.
    staging: Option<Staging>,
    /// When the next heavy write, or part of a large one, may be committed. Small writes are committed
    /// meanwhile. Other processes that wait for the file poll it, and would not find it free if parts followed
    /// each other at once.
    rest_until: Instant,
}

/// What works beside the writer, over its own connections.
pub(super) struct Beside {
    pub(super) loads: Loads,
    pub(super) checkpoints: Checkpoints,
    pub(super) links: Arc<links::Known>,
}

/// Starts the writer on a connection.
pub(super) fn start(
    database: Database,
    connection: AnyConnection,
    beside: Beside,
    hub: Arc<Hub>,
    options: &StoreOptions,
    clocks: Clocks,
) -> Queue {
    let (queue, jobs, commits) = Queue::new(options);
    let Beside {
        loads,
        checkpoints,
        links,
    } = beside;
    let writer = Writer {
        loads,
        database,
        connection: Some(connection),
        cache: Cache::new(options.cache_bytes),
        waiting: Waiting::default(),
        checkpoints,
        hub,
        max_batch: options.max_batch.max(1),
        max_waiting: options.queue.max(1),
        commits,
        clocks,
        links,
        sharing: Vec::new(),
        pruning: Vec::new(),
        probing: Vec::new(),
        closing: Vec::new(),
        deciding: None,
        staging: None,
        rest_until: Instant::now(),
    };
    tokio::spawn(writer.run(jobs));
    queue
}

impl Writer {
    async fn run(mut self, mut jobs: mpsc::Receiver<Job>) {
        let mut is_open = true;
        while is_open || !self.waiting.is_empty() || self.is_busy() {
            if !self.can_go_on() {
                tokio::select! {
                    job = jobs.recv(), if is_open => match job {
                        Some(job) => self.accept(job, &mut jobs),
                        None => is_open = false,
                    },
                    loaded = self.loads.next() => self.take_in(loaded),
                    () = self.checkpoints.next() => {}
                    (list, decided) = large::decision(&mut self.deciding) => self.decide(list, decided),
                    () = sleep_until(self.rest_until), if self.has_parts() => {}
                }
            }
            while self.waiting.len() < self.max_waiting
                && let Ok(job) = jobs.try_recv()
            {
                self.accept(job, &mut jobs);
            }
            while let Some(loaded) = self.loads.try_next() {
                self.take_in(loaded);
            }
            self.serve().await;
            if self.is_rested() {
                let began = Instant::now();
                self.serve_heavy().await;
                self.stage().await;
                self.rest_until = Instant::now() + began.elapsed().min(MAX_REST);
            }
            for (deed, reply) in std::mem::take(&mut self.sharing) {
                let _ = reply.send(self.share(&deed).await);
            }
            for (now, reply) in std::mem::take(&mut self.pruning) {
                let _ = reply.send(self.prune(now).await);
            }
            for reply in std::mem::take(&mut self.probing) {
                let _ = reply.send(self.probe().await);
            }
            self.check_log().await;
        }
        self.loads.close().await;
        self.checkpoints.close().await;
        if let Some(connection) = self.connection.take()
            && let Err(error) = connection.close().await
        {
            tracing::warn!(%error, "the database was not closed well");
        }
        for reply in self.closing {
            let _ = reply.send(());
        }
    }

    fn accept(&mut self, job: Job, jobs: &mut mpsc::Receiver<Job>) {
        match job {
            Job::Create(creation) => self.waiting.add_creation(creation),
            Job::Write(entry) => {
                if let Some(entry) = self.waiting.add(entry) {
                    entry.answer(Err(StoreError::Busy));
                }
            }
            Job::Share(deed, reply) => self.sharing.push((deed, reply)),
            Job::Prune(now, reply) => self.pruning.push((now, reply)),
            Job::Tell(list, caught_up) => {
                hub::guarded(|| self.hub.fill(list, caught_up));
            }
            Job::Probe(reply) => self.probing.push(reply),
            Job::Close(reply) => {
                jobs.close();
                self.closing.push(reply);
            }
        }
    }

    /// Continues with the writes to a list that was loaded.
    fn take_in(&mut self, (list, loaded): Loaded) {
        self.waiting.let_go(list);
        match loaded {
            Ok(Some(channel)) => self.cache.put(list, channel),
            // The batch will find that there is no such list.
            Ok(None) => {}
            Err(error) => {
                self.loads.forget(list);
                for entry in self.waiting.remove(list) {
                    entry.answer(Err(error.clone()));
                }
            }
        }
    }

    /// Whether work is under way that is not waiting in the queue.
    fn is_busy(&self) -> bool {
        self.deciding.is_some() || self.staging.is_some()
    }

    /// Whether there is something to do without waiting.
    fn can_go_on(&self) -> bool {
        self.waiting.is_ready() || (self.is_rested() && self.has_parts())
    }

    /// Whether there is a heavy write, or a part of a large one, to commit, now or after a rest.
    fn has_parts(&self) -> bool {
        self.staging.is_some()
            || self.waiting.has_heavy()
            || (self.deciding.is_none() && self.waiting.next_large().is_some())
    }

    fn is_rested(&self) -> bool {
        Instant::now() >= self.rest_until
    }

    async fn connection(&mut self) -> Result<AnyConnection, StoreError> {
        match self.connection.take() {
            Some(connection) => Ok(connection),
            None => self.database.connect().await,
        }
    }

    /// Replaces a link or restores a list. Cached lists become stale, which their revisions show.
    async fn share(&mut self, deed: &Deed) -> Result<(), StoreError> {
        let now = self.clocks.read().written;
        let mut connection = self.connection().await?;
        let is_done = AssertUnwindSafe(sharing::commit(&mut connection, deed, now))
            .catch_unwind()
            .await
            .unwrap_or(Err(StoreError::Panicked))?;
        self.connection = Some(connection);
        self.links.forget(deed.list());
        if !is_done {
            return Err(StoreError::StaleLink);
        }
        self.commits.fetch_add(1, Ordering::Relaxed);
        if let Deed::Replace { by, access, .. } = deed {
            hub::guarded(|| self.hub.end_links(by.list, *access, by.version + 1));
        }
        Ok(())
    }

    /// Cached lists become stale, which their revisions show.
    async fn prune(&mut self, now: Millis) -> Result<Pruned, StoreError> {
        let mut connection = self.connection().await?;
        let pruned = AssertUnwindSafe(prune::run(&mut connection, now))
            .catch_unwind()
            .await
            .unwrap_or(Err(StoreError::Panicked))?;
        self.connection = Some(connection);
        self.commits.fetch_add(1, Ordering::Relaxed);
        if pruned.items + pruned.lists > 0 && !pruned.more {
            self.checkpoints.empty();
        }
        Ok(pruned)
    }

    async fn probe(&mut self) -> Result<(), StoreError> {
        let now = self.clocks.read().written;
        let mut connection = self.connection().await?;
        probe::write(&mut connection, now).await?;
        self.connection = Some(connection);
        Ok(())
    }

    /// Keeps the write-ahead log short.
    async fn check_log(&mut self) {
        let commits = self.commits.load(Ordering::Relaxed);
        if let Some(connection) = &mut self.connection
            && let Err(error) = self.checkpoints.go_on(connection, commits).await
        {
            tracing::warn!(%error, "the log could not be checkpointed");
        }
    }
}
