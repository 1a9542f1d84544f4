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

/// Longest wait of the writer for the reads under way. Later reads do not matter, since they read
/// the file.
const MAX_RESTART_TIMEOUT: Duration = Duration::from_secs(1);

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
        // The longer the pause, the longer the wait: slow reads that overlap let the log be restarted, too.
        let timeout = if waits {
            (self.pause / 4).min(MAX_RESTART_TIMEOUT)
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

#[cfg(test)]
mod tests {
    use tempfile::TempDir;
    use tokio::time::{pause, timeout};

    use super::*;

    /// A log of more pages is long.
    const LONG: u16 = 100;

    /// A database with a reader, and a log that is longer than [`LONG`].
    struct Opened {
        folder: TempDir,
        writer: AnyConnection,
        reader: AnyConnection,
        checkpoints: Checkpoints,
    }

    async fn opened() -> Opened {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let url = format!("sqlite://{}", folder.path().join("x.db").display());
        let database = Database::parse(&url).expect("a good URL");
        let mut writer = database.connect().await.expect("the file is created");
        let reader = database.connect().await.expect("it is there");
        let connection = database.connect().await.expect("it is there");
        alter(&mut writer, "create table texts (text text)").await;
        for _ in 0..2 * LONG {
            alter(
                &mut writer,
                "insert into texts values (hex(zeroblob(2100)))",
            )
            .await;
        }
        Opened {
            folder,
            writer,
            reader,
            checkpoints: Checkpoints::new(database, connection, usize::from(LONG) * PAGE),
        }
    }

    async fn alter(connection: &mut AnyConnection, statement: &'static str) {
        let done = sqlx::query(statement).fetch_all(connection).await;
        done.expect("the statement is good");
    }

    impl Opened {
        fn size(&self, name: &str) -> u64 {
            let file = std::fs::metadata(self.folder.path().join(name));
            file.expect("the file is there").len()
        }

        /// Whether the log was copied back into the database.
        fn is_copied(&self) -> bool {
            self.size("x.db") > 4_096 * u64::from(LONG)
        }

        async fn begin_anew(&mut self, pages: u16) {
            let log = Log {
                pages: pages.into(),
                is_busy: false,
            };
            let begun = self.checkpoints.begin_anew(&mut self.writer, log).await;
            begun.expect("it can be asked for");
            let row = sqlx::query("pragma busy_timeout").fetch_one(&mut self.writer);
            let row = row.await.expect("the pragma can be asked");
            let patience: i64 = row.try_get(0).expect("a number");
            let patience = Duration::from_millis(patience.unsigned_abs());
            assert_eq!(patience, BUSY_TIMEOUT, "it is as it was");
        }

        async fn read(&mut self) {
            alter(&mut self.reader, "begin").await;
            alter(&mut self.reader, "select count(*) from texts").await;
        }
    }

    #[tokio::test]
    async fn it_is_due_after_many_commits_or_when_there_are_some_after_a_pause() {
        let mut checkpoints = opened().await.checkpoints;
        let cases = [
            (0, false, 2, false),
            (0, true, 0, false),
            (0, true, 2, true),
            (1, false, 0, false),
            (1, false, 2, true),
            (MANY_COMMITS - 1, false, 0, false),
            (MANY_COMMITS, false, 0, true),
        ];
        for (new, is_to_empty, seconds, is_due) in cases {
            checkpoints.commits = 1_000;
            checkpoints.is_to_empty = is_to_empty;
            let before = Instant::now().checked_sub(Duration::from_secs(seconds));
            checkpoints.begun = before.expect("the machine has run for longer");
            assert_eq!(
                checkpoints.is_due(1_000 + new),
                is_due,
                "{new} {is_to_empty} {seconds}"
            );
        }
    }

    #[tokio::test]
    async fn only_a_long_log_is_begun_anew() {
        let mut it = opened().await;
        it.begin_anew(LONG - 1).await;
        assert!(!it.is_copied());
        it.begin_anew(LONG).await;
        assert!(it.is_copied());
    }

    #[tokio::test]
    async fn for_readers_it_waits_only_if_the_log_is_too_long_and_ever_more_seldom() {
        let mut it = opened().await;
        let too_long = LONG * 3 / 2;
        it.read().await;
        it.begin_anew(too_long - 1).await;
        assert_eq!(it.checkpoints.pause, PAUSE, "it has not waited");

        it.begin_anew(too_long).await;
        assert_eq!(it.checkpoints.pause, 2 * PAUSE);
        let wait_from = it.checkpoints.wait_from;
        assert!(
            wait_from > it.checkpoints.begun + PAUSE,
            "not again at once"
        );
        assert!(wait_from <= Instant::now() + PAUSE);

        it.checkpoints.wait_from = Instant::now() + Duration::from_hours(1);
        it.begin_anew(too_long).await;
        assert_eq!(it.checkpoints.pause, 2 * PAUSE, "it has not waited again");

        it.checkpoints.wait_from = Instant::now();
        it.checkpoints.pause = MAX_PAUSE / 2 + PAUSE;
        it.begin_anew(too_long).await;
        assert_eq!(it.checkpoints.pause, MAX_PAUSE);

        alter(&mut it.reader, "commit").await;
        it.begin_anew(too_long).await;
        assert_eq!(it.checkpoints.pause, PAUSE);
    }

    #[tokio::test]
    async fn a_log_that_is_to_be_emptied_is_emptied_when_nobody_reads() {
        let mut it = opened().await;
        it.checkpoints.empty();
        it.read().await;
        it.begin_anew(1).await;
        assert!(it.checkpoints.is_to_empty && it.size("x.db-wal") > 0);
        alter(&mut it.reader, "commit").await;
        it.begin_anew(1).await;
        assert!(!it.checkpoints.is_to_empty);
        assert_eq!(it.size("x.db-wal"), 0);
    }

    #[tokio::test]
    async fn the_writer_is_woken_only_as_long_as_a_log_is_to_be_emptied() {
        let mut checkpoints = opened().await.checkpoints;
        pause();
        let hour = Duration::from_hours(1);
        assert!(timeout(hour, checkpoints.next()).await.is_err());
        checkpoints.empty();
        assert!(timeout(hour, checkpoints.next()).await.is_ok());
    }
}
