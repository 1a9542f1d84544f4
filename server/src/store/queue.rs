//! The queue of jobs for the writer.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use app::Record;
use sync::{CatchUp, Millis};
use tokio::{
    sync::{mpsc, oneshot},
    task::spawn_blocking,
};
use uuid::Uuid;

use super::{
    StoreError, StoreOptions, Write,
    memory::Memory,
    prune::Pruned,
    request::{Answered, Created, NewList},
    sharing::Deed,
    waiting::{Creation, Entry},
};
use crate::turns;

/// A job for the writer.
pub(super) enum Job {
    Create(Creation),
    Write(Entry),
    Prune(Millis, oneshot::Sender<Result<Pruned, StoreError>>),
    Share(Deed, oneshot::Sender<Result<(), StoreError>>),
    Probe(oneshot::Sender<Result<(), StoreError>>),
    /// Publishes what another process has written, after everything committed here before.
    Tell(Uuid, CatchUp<Record>),
    Close(oneshot::Sender<()>),
}

/// Returns a write with the memory that it takes, in bytes. A long one is measured on a thread of its own.
async fn measure(write: Write) -> Result<(Write, usize), StoreError> {
    if !write.is_long() {
        let bytes = write.bytes();
        return Ok((write, bytes));
    }
    let measured = spawn_blocking(move || {
        let bytes = write.bytes();
        (write, bytes)
    });
    measured.await.map_err(|_| StoreError::Panicked)
}

/// The sending end of the queue. Cheap to clone.
#[derive(Clone)]
pub(super) struct Queue {
    jobs: mpsc::Sender<Job>,
    wait: Duration,
    memory: Memory,
    commits: Arc<AtomicU64>,
}

impl Queue {
    /// Creates a queue. Returns it with its receiving end, and the counter of commits for the
    /// writer.
    pub(super) fn new(options: &StoreOptions) -> (Self, mpsc::Receiver<Job>, Arc<AtomicU64>) {
        let (sender, jobs) = mpsc::channel(options.queue);
        let commits = Arc::new(AtomicU64::new(0));
        let queue = Self {
            jobs: sender,
            wait: options.queue_wait,
            memory: Memory::new(options.queue_bytes),
            commits: commits.clone(),
        };
        (queue, jobs, commits)
    }

    /// Has the writer publish what another process has written to a list, after everything
    /// committed here before.
    pub(super) async fn tell(
        &self,
        list: Uuid,
        caught_up: CatchUp<Record>,
    ) -> Result<(), StoreError> {
        let sent = self.jobs.send(Job::Tell(list, caught_up)).await;
        sent.map_err(|_| StoreError::Closed)
    }

    /// Has the writer create a list, and waits until it is durable. If the caller goes away meanwhile, it
    /// is created all the same.
    pub(super) async fn create(&self, list: NewList) -> Created {
        let (reply, created) = oneshot::channel();
        self.send(Job::Create(Creation { list, reply })).await?;
        created.await.unwrap_or(Err(StoreError::Closed))
    }

    /// Has the writer take a write, and waits until it is durable. If the caller goes away meanwhile, it is
    /// taken all the same.
    pub(super) async fn write(&self, write: Write) -> Answered {
        let (write, bytes) = measure(write).await?;
        let held = self.memory.hold(write.list, bytes, self.wait).await?;
        let (reply, answer) = oneshot::channel();
        let entry = Entry {
            size: write.size(bytes),
            taken: None,
            write,
            reply,
            asker: turns::asker(),
            held: Some(held),
        };
        self.send(Job::Write(entry)).await?;
        answer.await.unwrap_or(Err(StoreError::Closed))
    }

    /// Sends a job, unless the queue is full for too long.
    async fn send(&self, job: Job) -> Result<(), StoreError> {
        let sent = self.jobs.send_timeout(job, self.wait).await;
        sent.map_err(|error| match error {
            mpsc::error::SendTimeoutError::Timeout(_) => StoreError::Busy,
            mpsc::error::SendTimeoutError::Closed(_) => StoreError::Closed,
        })
    }

    /// Has the writer prune as of `now`.
    pub(super) async fn prune(&self, now: Millis) -> Result<Pruned, StoreError> {
        self.ask(|reply| Job::Prune(now, reply)).await
    }

    /// Has the writer replace a link or restore a list, and waits until that is durable. If the caller goes
    /// away meanwhile, it is done all the same.
    pub(super) async fn share(&self, deed: Deed) -> Result<(), StoreError> {
        let (reply, done) = oneshot::channel();
        self.send(Job::Share(deed, reply)).await?;
        done.await.unwrap_or(Err(StoreError::Closed))
    }

    /// Has the writer commit a row of no meaning.
    pub(super) async fn probe(&self) -> Result<(), StoreError> {
        self.ask(Job::Probe).await
    }

    /// Sends a job that waits for its turn however long the queue is, and returns the answer.
    async fn ask<T>(
        &self,
        job: impl FnOnce(oneshot::Sender<Result<T, StoreError>>) -> Job,
    ) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        let sent = self.jobs.send(job(reply)).await;
        sent.map_err(|_| StoreError::Closed)?;
        answer.await.unwrap_or(Err(StoreError::Closed))
    }

    /// Has the writer commit what is waiting, and stops it.
    pub(super) async fn close(&self) {
        let (reply, closed) = oneshot::channel();
        if self.jobs.send(Job::Close(reply)).await.is_ok() {
            let _ = closed.await;
        }
    }

    /// Returns the number of transactions that the writer has committed.
    pub(super) fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }
}
