//! The way to the writer.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use app::Record;
use sync::{CatchUp, Millis};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot},
    task::spawn_blocking,
    time::timeout,
};
use uuid::Uuid;

use super::{
    StoreError, StoreOptions, batch::Answered, prune::Pruned, request::Request, waiting::Entry,
};

/// The unit in which the memory of what waits is counted, in bytes.
const MEMORY_UNIT: usize = 1_024;

/// Requests for one list use at most this part of the memory for waiting requests (a quarter), or a single
/// larger request: so requests for other lists always find room.
const LIST_SHARE: usize = 4;

/// A request's part of the memory for waiting requests. Dropping it frees the part.
pub(super) struct Held {
    _memory: Option<OwnedSemaphorePermit>,
    _share: Option<Share>,
}

/// Memory of the waiting requests of each list, in bytes.
#[derive(Default)]
struct Shares(Mutex<HashMap<Uuid, usize>>);

/// A request's part of its list's memory.
struct Share {
    of: Arc<Shares>,
    list: Uuid,
    bytes: usize,
}

impl Shares {
    fn take(self: &Arc<Self>, list: Uuid, bytes: usize, most: usize) -> Option<Share> {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = taken.get(&list).copied().unwrap_or_default();
        if before > 0 && before + bytes > most {
            return None;
        }
        taken.insert(list, before + bytes);
        Some(Share {
            of: self.clone(),
            list,
            bytes,
        })
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut taken = self.of.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bytes) = taken.get_mut(&self.list) {
            *bytes -= self.bytes;
            if *bytes == 0 {
                taken.remove(&self.list);
            }
        }
    }
}

/// What is sent to the writer.
pub(super) enum Job {
    Do(Entry),
    Prune(Millis, oneshot::Sender<Result<Pruned, StoreError>>),
    Probe(oneshot::Sender<Result<(), StoreError>>),
    /// What another process has written, to be told after all that was committed here.
    Tell(Uuid, CatchUp<Record>),
    Close(oneshot::Sender<()>),
}

/// How much memory a request takes, in bytes. That of a large one is counted beside what serves others.
async fn measure(request: Request) -> Result<(Request, usize), StoreError> {
    if !request.is_large() {
        let bytes = request.bytes();
        return Ok((request, bytes));
    }
    let measured = spawn_blocking(move || {
        let bytes = request.bytes();
        (request, bytes)
    });
    measured.await.map_err(|_| StoreError::Panicked)
}

/// The way to the writer.
#[derive(Clone)]
pub(super) struct Queue {
    jobs: mpsc::Sender<Job>,
    wait: Duration,
    memory: Arc<Semaphore>,
    memory_units: usize,
    shares: Arc<Shares>,
    commits: Arc<AtomicU64>,
}

impl Queue {
    /// A queue, its other end, and the count of commits that the writer keeps.
    pub(super) fn new(options: &StoreOptions) -> (Self, mpsc::Receiver<Job>, Arc<AtomicU64>) {
        let (sender, jobs) = mpsc::channel(options.queue);
        let commits = Arc::new(AtomicU64::new(0));
        let memory_units = (options.queue_bytes / MEMORY_UNIT).max(1);
        let queue = Self {
            jobs: sender,
            wait: options.queue_wait,
            memory: Arc::new(Semaphore::new(memory_units)),
            memory_units,
            shares: Arc::default(),
            commits: commits.clone(),
        };
        (queue, jobs, commits)
    }

    /// Has told what another process has written to a list, after all that was committed here before.
    pub(super) async fn tell(
        &self,
        list: Uuid,
        caught_up: CatchUp<Record>,
    ) -> Result<(), StoreError> {
        let sent = self.jobs.send(Job::Tell(list, caught_up)).await;
        sent.map_err(|_| StoreError::Closed)
    }

    /// Asks the writer, and waits until what it answers is durable. If the caller goes away
    /// meanwhile, it is done all the same.
    pub(super) async fn ask(&self, request: Request) -> Answered {
        let (request, bytes) = measure(request).await?;
        let bytes = bytes.max(1);
        let most = self.memory_units * MEMORY_UNIT / LIST_SHARE;
        let share = match request.list() {
            Some(list) => Some(
                self.shares
                    .take(list, bytes, most)
                    .ok_or(StoreError::Busy)?,
            ),
            None => None,
        };
        let units = (bytes / MEMORY_UNIT).clamp(1, self.memory_units);
        let units = u32::try_from(units).unwrap_or(u32::MAX);
        let memory = timeout(self.wait, self.memory.clone().acquire_many_owned(units)).await;
        let memory = memory.map_err(|_| StoreError::Busy)?.ok();
        let (reply, answer) = oneshot::channel();
        let entry = Entry {
            is_large: request.is_large(),
            request,
            reply,
            held: Some(Held {
                _memory: memory,
                _share: share,
            }),
        };
        self.jobs
            .send_timeout(Job::Do(entry), self.wait)
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
