//! The write-ahead log is put back into the database's file now and then, and begun anew.
//!
//! SQLite does so by itself, but only at a moment when nobody reads: while reads overlap, there is no
//! such moment, and the log grows for ever.

use std::time::{Duration, Instant};

use sqlx::{AnyConnection, Row as _};

use super::{StoreError, database::BUSY_TIMEOUT, sql};

/// Between two looks at the log, at first.
const PAUSE: Duration = Duration::from_secs(1);

/// Between two looks at a log that cannot be begun anew, since somebody reads for long.
const MAX_PAUSE: Duration = Duration::from_mins(1);

/// The length from which the log is begun anew, in pages of 4 KiB.
const LONG: i64 = 4_096;

/// How long writing may wait for the reads that are under way, in milliseconds. Those that begin
/// meanwhile do not count: they read the file.
const PATIENCE: u32 = 250;

/// When the log is looked at.
pub(super) struct Checkpoints {
    looked_at: Instant,
    pause: Duration,
    /// How many commits there were then.
    commits: u64,
}

impl Default for Checkpoints {
    fn default() -> Self {
        Self {
            looked_at: Instant::now(),
            pause: PAUSE,
            commits: 0,
        }
    }
}

impl Checkpoints {
    /// Whether the log is to be looked at, after so many commits.
    pub(super) fn is_due(&self, commits: u64) -> bool {
        commits != self.commits && self.looked_at.elapsed() >= self.pause
    }

    /// Puts into the file what can be without waiting, and begins the log anew if it is long.
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub(super) async fn run(
        &mut self,
        connection: &mut AnyConnection,
        commits: u64,
    ) -> Result<(), StoreError> {
        let is_done = checkpoint(connection).await;
        self.pause = match is_done {
            Ok(true) => PAUSE,
            _ => (self.pause * 2).min(MAX_PAUSE),
        };
        self.looked_at = Instant::now();
        self.commits = commits;
        is_done.map(drop)
    }
}

/// Answers whether the log is short now.
async fn checkpoint(connection: &mut AnyConnection) -> Result<bool, StoreError> {
    let (_, pages) = log(connection, "pragma wal_checkpoint(passive)").await?;
    if pages < LONG {
        return Ok(true);
    }
    set_patience(connection, PATIENCE).await?;
    let begun = log(connection, "pragma wal_checkpoint(truncate)").await;
    set_patience(connection, BUSY_TIMEOUT).await?;
    let (is_busy, _) = begun?;
    Ok(!is_busy)
}

/// Runs a checkpoint; whether it was held up, and how many pages the log has.
async fn log(
    connection: &mut AnyConnection,
    checkpoint: &'static str,
) -> Result<(bool, i64), StoreError> {
    let row = sqlx::query(checkpoint).fetch_one(connection).await?;
    Ok((row.try_get::<i64, _>(0)? != 0, row.try_get(1)?))
}

async fn set_patience(connection: &mut AnyConnection, milliseconds: u32) -> Result<(), StoreError> {
    let statement = format!("pragma busy_timeout = {milliseconds}");
    sql::query(statement).fetch_all(connection).await?;
    Ok(())
}
