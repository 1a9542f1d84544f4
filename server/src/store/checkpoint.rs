//! Checkpoints the write-ahead log beside the writer, and restarts the log when it is long.
//!
//! SQLite would do both within a commit, which then takes many times as long. And it restarts the
//! log only while nobody reads: while reads overlap, the log would grow forever.

use std::time::{Duration, Instant};

use sqlx::{AnyConnection, Connection as _, Row as _};
use tokio::task::JoinHandle;

use super::{
    StoreError,
    database::{BUSY_TIMEOUT, Database},
    sql,
};

/// Maximum time between a commit and its checkpoint, while commits go on.
const PAUSE: Duration = Duration::from_secs(1);

/// Number of commits after which there is a checkpoint at once.
const MANY_COMMITS: u64 = 64;

/// Size of a page, in bytes.
const PAGE: usize = 4 * 1024;

/// How long the writer waits for the reads under way. Later reads do not matter, since they read
/// the file.
const RESTART_TIMEOUT: Duration = Duration::from_millis(250);

/// How long the writer waits for reads before emptying the log of deleted data.
const EMPTYING_TIMEOUT: Duration = Duration::from_millis(20);

/// Interval at which an idle writer retries to empty the log.
const EMPTYING: Duration = Duration::from_millis(100);

/// Maximum time between two waits for reads, if each was in vain.
const MAX_PAUSE: Duration = Duration::from_mins(1);

/// The state of the log after a checkpoint.
#[derive(Clone, Copy)]
struct Log {
    /// The length, in pages.
    pages: i64,
    /// Whether a reader or writer was in the way.
    is_busy: bool,
}

/// A checkpoint that is running, with its connection.
type Running = JoinHandle<Result<(AnyConnection, Log), StoreError>>;

/// Keeps the log short, over a connection of its own, so that commits do not wait.
pub(super) struct Checkpoints {
    database: Database,
    /// Length from which the log is restarted if nobody reads, in pages.
    long: i64,
    /// Length from which the writer waits for reads in order to restart the log, in pages.
    too_long: i64,
    /// `None` while a checkpoint is running, and after one has failed.
    connection: Option<AnyConnection>,
    running: Option<Running>,
    /// When the last checkpoint began, and the number of commits at that time.
    begun: Instant,
    commits: u64,
    /// When the writer may wait for reads again, and the pause after a wait in vain.
    wait_from: Instant,
    pause: Duration,
    /// Whether the log may contain data that was deleted for good.
    is_to_empty: bool,
}

impl Checkpoints {
    /// Creates the checkpoints of a log that is restarted from a length, in bytes.
    pub(super) fn new(database: Database, connection: AnyConnection, long: usize) -> Self {
        let long = i64::try_from(long / PAGE).unwrap_or(i64::MAX / 2);
        Self {
            database,
            long,
            too_long: long + long / 2,
            connection: Some(connection),
            running: None,
            begun: Instant::now(),
            commits: 0,
            wait_from: Instant::now(),
            pause: PAUSE,
            is_to_empty: false,
        }
    }

    /// Notes that data was deleted for good, which must not stay readable in the log.
    pub(super) fn empty(&mut self) {
        self.is_to_empty = true;
    }

    /// Waits until there may be something to do without a commit; forever if there is nothing.
    pub(super) fn next(&self) -> impl Future<Output = ()> + use<> {
        let is_to_empty = self.is_to_empty;
        async move {
            if is_to_empty {
                tokio::time::sleep(EMPTYING).await;
            } else {
                std::future::pending::<()>().await;
            }
        }
    }

    /// Starts what is due after this many commits, and finishes what is done. Only a long log takes
    /// the writer's time.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub(super) async fn go_on(
        &mut self,
        writer: &mut AnyConnection,
        commits: u64,
    ) -> Result<(), StoreError> {
        match self.running.take() {
            Some(running) if running.is_finished() => {
                let (connection, log) = running.await.unwrap_or(Err(StoreError::Panicked))?;
                self.connection = Some(connection);
                self.begin_anew(writer, log).await
            }
            Some(running) => {
                self.running = Some(running);
                Ok(())
            }
            None => {
                if self.is_due(commits) {
                    self.begun = Instant::now();
                    self.commits = commits;
                    let (database, connection) = (self.database.clone(), self.connection.take());
                    self.running = Some(tokio::spawn(put_back(database, connection)));
                }
                Ok(())
            }
        }
    }

    fn is_due(&self, commits: u64) -> bool {
        let new = commits - self.commits;
        let is_new = new > 0 || self.is_to_empty;
        new >= MANY_COMMITS || (is_new && self.begun.elapsed() >= PAUSE)
    }

    async fn begin_anew(&mut self, writer: &mut AnyConnection, log: Log) -> Result<(), StoreError> {
        if self.is_to_empty {
            let truncate = "pragma wal_checkpoint(truncate)";
            let log = checkpoint_with(writer, truncate, EMPTYING_TIMEOUT).await?;
            self.is_to_empty = log.is_busy;
            return Ok(());
        }
        if log.pages < self.long {
            return Ok(());
        }
        let waits = log.pages >= self.too_long && self.wait_from <= Instant::now();
        let timeout = if waits {
            RESTART_TIMEOUT
        } else {
            Duration::ZERO
        };
        let log = checkpoint_with(writer, "pragma wal_checkpoint(restart)", timeout).await?;
        if !log.is_busy {
            self.pause = PAUSE;
        } else if waits {
            self.wait_from = Instant::now() + self.pause;
            self.pause = (self.pause * 2).min(MAX_PAUSE);
        }
        Ok(())
    }

    /// Waits for a running checkpoint, and closes the connection.
    pub(super) async fn close(mut self) {
        // Whatever the result, closing the last connection checkpoints again.
        if let Some(running) = self.running
            && let Ok(Ok((connection, _))) = running.await
        {
            self.connection = Some(connection);
        }
        if let Some(connection) = self.connection {
            let _ = connection.close().await;
        }
    }
}

/// Copies the log into the file, as far as readers allow, without making anybody wait.
async fn put_back(
    database: Database,
    connection: Option<AnyConnection>,
) -> Result<(AnyConnection, Log), StoreError> {
    let mut connection = match connection {
        Some(connection) => connection,
        None => database.connect().await?,
    };
    let passive = "pragma wal_checkpoint(passive)";
    let mut log = checkpoint(&mut connection, passive).await?;
    if log.pages > 0 {
        // Again for what was committed meanwhile, so that the writer has almost nothing left to do.
        log = checkpoint(&mut connection, passive).await?;
    }
    Ok((connection, log))
}

async fn checkpoint_with(
    connection: &mut AnyConnection,
    statement: &'static str,
    timeout: Duration,
) -> Result<Log, StoreError> {
    set_busy_timeout(connection, timeout).await?;
    let log = checkpoint(connection, statement).await;
    set_busy_timeout(connection, BUSY_TIMEOUT).await?;
    log
}

async fn checkpoint(
    connection: &mut AnyConnection,
    statement: &'static str,
) -> Result<Log, StoreError> {
    let row = sqlx::query(statement).fetch_one(connection).await?;
    Ok(Log {
        is_busy: row.try_get::<i64, _>(0)? != 0,
        pages: row.try_get(1)?,
    })
}

async fn set_busy_timeout(
    connection: &mut AnyConnection,
    timeout: Duration,
) -> Result<(), StoreError> {
    let statement = format!("pragma busy_timeout = {}", timeout.as_millis());
    sql::query(statement).fetch_all(connection).await?;
    Ok(())
}
