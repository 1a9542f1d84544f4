//! The one task that writes: what waits while a commit is under way is committed together next.

use std::{
    panic::AssertUnwindSafe,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use futures_util::FutureExt as _;
use sqlx::{AnyConnection, Connection as _};
use sync::Millis;
use tokio::sync::{mpsc, oneshot};

use super::{
    StoreError, StoreOptions,
    batch::{self, Answered},
    cache::Cache,
    database::Database,
    probe,
    prune::{self, Pruned},
    request::{Answer, Request},
};
use crate::{clock, hub::Hub};

/// How many mutations a batch has at the most, so that those who wait for it don't wait for long.
const BATCH_MUTATIONS: usize = 4_096;

/// What is sent to the writer.
enum Job {
    Do(Request, oneshot::Sender<Answered>),
    Prune(Millis, oneshot::Sender<Result<Pruned, StoreError>>),
    Probe(oneshot::Sender<Result<(), StoreError>>),
    Close(oneshot::Sender<()>),
}

/// The way to the writer.
#[derive(Clone)]
pub(super) struct Queue {
    jobs: mpsc::Sender<Job>,
    wait: Duration,
    commits: Arc<AtomicU64>,
}

impl Queue {
    /// Asks the writer, and waits until what it answers is durable. If the caller goes away
    /// meanwhile, it is done all the same.
    pub(super) async fn ask(&self, request: Request) -> Answered {
        let (reply, answer) = oneshot::channel();
        self.jobs
            .send_timeout(Job::Do(request, reply), self.wait)
            .await
            .map_err(|error| match error {
                mpsc::error::SendTimeoutError::Timeout(_) => StoreError::Busy,
                mpsc::error::SendTimeoutError::Closed(_) => StoreError::Closed,
            })?;
        answer.await.unwrap_or(Err(StoreError::Closed))
    }

    /// Lets the writer remove what was deleted long before `now`.
    pub(super) async fn prune(&self, now: Millis) -> Result<Pruned, StoreError> {
        let (reply, pruned) = oneshot::channel();
        let sent = self.jobs.send(Job::Prune(now, reply)).await;
        sent.map_err(|_| StoreError::Closed)?;
        pruned.await.unwrap_or(Err(StoreError::Closed))
    }

    /// Lets the writer commit something that means nothing.
    pub(super) async fn probe(&self) -> Result<(), StoreError> {
        let (reply, probed) = oneshot::channel();
        let sent = self.jobs.send(Job::Probe(reply)).await;
        sent.map_err(|_| StoreError::Closed)?;
        probed.await.unwrap_or(Err(StoreError::Closed))
    }

    /// Lets the writer finish what waits, and ends it.
    pub(super) async fn close(&self) {
        let (reply, closed) = oneshot::channel();
        if self.jobs.send(Job::Close(reply)).await.is_ok() {
            let _ = closed.await;
        }
    }

    /// How many transactions the writer has committed.
    pub(super) fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }
}

/// Owns the connection that writes, and the lists in memory. Since nobody else has them, nothing is
/// locked, and the order of commits is the order of publishing.
struct Writer {
    database: Database,
    /// `None` after a failure: then the next batch makes a new one.
    connection: Option<AnyConnection>,
    cache: Cache,
    hub: Arc<Hub>,
    max_batch: usize,
    commits: Arc<AtomicU64>,
    /// No row is older than one that was written before it.
    clock: clock::Steady,
}

/// Starts the writer on a connection.
pub(super) fn start(
    database: Database,
    connection: AnyConnection,
    hub: Arc<Hub>,
    options: &StoreOptions,
) -> Queue {
    let (sender, jobs) = mpsc::channel(options.queue);
    let commits = Arc::new(AtomicU64::new(0));
    let writer = Writer {
        database,
        connection: Some(connection),
        cache: Cache::new(options.cache_bytes),
        hub,
        max_batch: options.max_batch.max(1),
        commits: Arc::clone(&commits),
        clock: clock::Steady::default(),
    };
    tokio::spawn(writer.run(jobs));
    Queue {
        jobs: sender,
        wait: options.queue_wait,
        commits,
    }
}

impl Writer {
    async fn run(mut self, mut jobs: mpsc::Receiver<Job>) {
        let mut closing = Vec::new();
        while let Some(first) = jobs.recv().await {
            let mut next = Some(first);
            let (mut requests, mut replies, mut mutations) = (Vec::new(), Vec::new(), 0);
            let (mut pruning, mut probing) = (Vec::new(), Vec::new());
            while let Some(job) = next {
                match job {
                    Job::Do(request, reply) => {
                        mutations += request.mutations();
                        requests.push(request);
                        replies.push(reply);
                    }
                    Job::Prune(now, reply) => pruning.push((now, reply)),
                    Job::Probe(reply) => probing.push(reply),
                    Job::Close(reply) => {
                        jobs.close();
                        closing.push(reply);
                    }
                }
                let full = requests.len() >= self.max_batch || mutations >= BATCH_MUTATIONS;
                next = if full { None } else { jobs.try_recv().ok() };
            }
            let answers = self.serve(&requests).await;
            for (reply, answer) in replies.into_iter().zip(answers) {
                // Who went away does not hear it.
                let _ = reply.send(answer);
            }
            for (now, reply) in pruning {
                let _ = reply.send(self.prune(now).await);
            }
            for reply in probing {
                let _ = reply.send(self.probe().await);
            }
        }
        if let Some(connection) = self.connection.take()
            && let Err(error) = connection.close().await
        {
            tracing::warn!(%error, "the database was not closed well");
        }
        for reply in closing {
            let _ = reply.send(());
        }
    }

    /// Commits the requests together. If that cannot be, for a reason that is one request's own,
    /// each is committed alone, so that only that one fails.
    async fn serve(&mut self, requests: &[Request]) -> Vec<Answered> {
        if requests.is_empty() {
            return Vec::new();
        }
        match self.commit(requests).await {
            Ok(answers) => answers,
            Err(error) if error.is_transient() || requests.len() == 1 => {
                requests.iter().map(|_| Err(error.clone())).collect()
            }
            Err(error) => {
                tracing::warn!(%error, requests = requests.len(), "a batch failed; one by one now");
                let mut answers = Vec::with_capacity(requests.len());
                for request in requests {
                    match self.commit(std::slice::from_ref(request)).await {
                        Ok(alone) => answers.extend(alone),
                        Err(error) => answers.push(Err(error)),
                    }
                }
                answers
            }
        }
    }

    /// One transaction, and the telling of it.
    async fn commit(&mut self, requests: &[Request]) -> Result<Vec<Answered>, StoreError> {
        let now = self.clock.read(clock::now());
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.database.connect().await?,
        };
        // What a panic leaves behind is thrown away: the connection, and with it the transaction;
        // the lists are not in the cache while the batch has them.
        let batch = batch::commit(&mut connection, &mut self.cache, requests, now);
        let answers = AssertUnwindSafe(batch)
            .catch_unwind()
            .await
            .unwrap_or(Err(StoreError::Panicked))?;
        self.connection = Some(connection);
        self.commits.fetch_add(1, Ordering::Relaxed);
        // It is committed: whatever happens while it is told, the callers are answered that it is.
        let told = std::panic::catch_unwind(AssertUnwindSafe(|| self.tell(requests, &answers)));
        if told.is_err() {
            tracing::error!("the hub panicked");
        }
        Ok(answers)
    }

    /// The lists in memory notice by their revision that this was there.
    async fn prune(&mut self, now: Millis) -> Result<Pruned, StoreError> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.database.connect().await?,
        };
        let pruned = prune::run(&mut connection, now).await?;
        self.connection = Some(connection);
        Ok(pruned)
    }

    async fn probe(&mut self) -> Result<(), StoreError> {
        let now = self.clock.read(clock::now());
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.database.connect().await?,
        };
        probe::write(&mut connection, now).await?;
        self.connection = Some(connection);
        Ok(())
    }

    fn tell(&self, requests: &[Request], answers: &[Answered]) {
        for (request, answer) in requests.iter().zip(answers) {
            if let (Request::Write(write), Ok(Answer::Written(written))) = (request, answer)
                && !written.outcome.changes.is_empty()
            {
                let (changes, cause) = (&written.outcome.changes, write.socket.as_ref());
                self.hub.publish(write.list, changes, cause);
            }
        }
    }
}
