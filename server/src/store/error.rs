//! The store's errors, and what clients may learn of them.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use sync::Refusal;

/// Time between two warnings that requests are turned away.
const WARNING_INTERVAL: Duration = Duration::from_mins(1);

/// An error of the store. Its source is for the log; a client gets the [`app::Error`] that this
/// converts into.
///
/// Cheap to clone, since all callers of a failed batch get the same error.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// The list is unknown or deleted.
    #[error("no such list")]
    UnknownList,
    /// The link is no longer valid, or has to be looked up again.
    #[error("the link has to be looked up again")]
    StaleLink,
    /// A write that is taken whole or not at all was refused.
    #[error("a write was refused: {0}")]
    Refused(Refusal),
    /// The queue of writes is full.
    #[error("the queue of writes is full")]
    Busy,
    /// The store is closed.
    #[error("the store is closed")]
    Closed,
    /// A request made the writer panic.
    #[error("the writer panicked")]
    Panicked,
    /// The operating system provided no random bytes.
    #[error("no random bytes")]
    Random,
    /// The URL does not name a usable database.
    #[error("unusable database URL: {0}")]
    Url(&'static str),
    /// Another process is using the database, and must stop first.
    #[error("the database is in use; stop the server first")]
    InUse,
    /// A backup never overwrites a file.
    #[error("{0} exists already, and is not overwritten")]
    Exists(String),
    /// The file is not a backup that can be restored.
    #[error("that file cannot be restored: {0}")]
    NoBackup(String),
    /// A file beside the database cannot be used.
    #[error("a file of the database cannot be used")]
    File(#[source] Arc<io::Error>),
    /// The schema could not be migrated.
    #[error("the schema cannot be brought up to date")]
    Migrate(#[source] Arc<sqlx::migrate::MigrateError>),
    /// The database failed.
    #[error("the database failed")]
    Database(#[source] Arc<sqlx::Error>),
}

impl StoreError {
    /// Whether the same request may succeed later, and others are likely to fail now: the database
    /// is unreachable or locked, or its disk is full.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Busy | Self::Closed => true,
            Self::Database(error) => is_transient(error),
            _ => false,
        }
    }

    /// Whether stored data cannot be decoded, which affects one list alone.
    pub(super) fn is_corrupt(&self) -> bool {
        matches!(self, Self::Database(error) if matches!(
            **error,
            sqlx::Error::Decode(_) | sqlx::Error::ColumnDecode { .. },
        ))
    }
}

/// Whether a minute has passed since the last warning that requests are turned away.
fn is_due() -> bool {
    static WARNED: Mutex<Option<Instant>> = Mutex::new(None);
    let mut warned = WARNED.lock().unwrap_or_else(PoisonError::into_inner);
    let is_due = warned.is_none_or(|warned| warned.elapsed() >= WARNING_INTERVAL);
    if is_due {
        *warned = Some(Instant::now());
    }
    is_due
}

fn is_transient(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(error) => error.code().is_some_and(|code| is_transient_code(&code)),
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        _ => false,
    }
}

/// SQLite: perm, busy, locked, readonly, ioerr, full, cantopen, in the low byte of an extended code
/// (<https://sqlite.org/rescode.html>). PostgreSQL's codes have five characters; by class:
/// connection, rollback, resources, operator intervention, system
/// (<https://www.postgresql.org/docs/current/errcodes-appendix.html>).
fn is_transient_code(code: &str) -> bool {
    match code.len() {
        5 => matches!(&code[..2], "08" | "40" | "53" | "57" | "58"),
        _ => code
            .parse::<u32>()
            .is_ok_and(|code| matches!(code & 0xff, 3 | 5 | 6 | 8 | 10 | 13 | 14)),
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(Arc::new(error))
    }
}

impl From<io::Error> for StoreError {
    fn from(error: io::Error) -> Self {
        Self::File(Arc::new(error))
    }
}

impl From<sqlx::migrate::MigrateError> for StoreError {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        Self::Migrate(Arc::new(error))
    }
}

/// Converts an error to what a client may learn, and logs the rest.
impl From<StoreError> for app::Error {
    fn from(error: StoreError) -> Self {
        let error = match error {
            StoreError::UnknownList => return Self::UnknownList,
            StoreError::Refused(reason) => return Self::Refused(reason),
            // The same request finds the link as it is now.
            StoreError::StaleLink => return Self::Unavailable,
            error => error,
        };
        let source = std::error::Error::source(&error).map(tracing::field::display);
        if matches!(error, StoreError::Busy) {
            // Under load, there are thousands of these per second.
            if is_due() {
                tracing::warn!(%error, "requests are turned away");
            }
            Self::Unavailable
        } else if error.is_transient() {
            tracing::warn!(%error, source, "a request failed for now");
            Self::Unavailable
        } else {
            tracing::error!(%error, source, "a request failed");
            Self::Internal
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn that_requests_are_turned_away_is_not_said_for_each() {
        assert!(is_due());
        assert!(!is_due());
    }

    #[test]
    fn only_what_may_pass_is_worth_a_retry() {
        let broken = || std::io::Error::other("broken");
        for transient in [
            StoreError::Busy,
            StoreError::Closed,
            sqlx::Error::Io(broken()).into(),
            sqlx::Error::PoolTimedOut.into(),
            sqlx::Error::PoolClosed.into(),
            sqlx::Error::WorkerCrashed.into(),
        ] {
            assert!(transient.is_transient(), "{transient:?}");
        }
        for permanent in [
            StoreError::UnknownList,
            StoreError::Panicked,
            broken().into(),
            sqlx::Error::RowNotFound.into(),
        ] {
            assert!(!permanent.is_transient(), "{permanent:?}");
        }
    }

    #[test]
    fn only_what_cannot_be_decoded_is_corrupt() {
        assert!(StoreError::from(sqlx::Error::Decode("no number".into())).is_corrupt());
        for other in [StoreError::Busy, sqlx::Error::PoolTimedOut.into()] {
            assert!(!other.is_corrupt(), "{other:?}");
        }
    }

    #[test]
    fn a_locked_database_is_worth_a_retry_and_a_broken_constraint_is_not() {
        for transient in [
            "3", "5", "6", "8", "10", "13", "14", "517", "40001", "57P01",
        ] {
            assert!(is_transient_code(transient), "{transient}");
        }
        for permanent in ["19", "2067", "23505", "22021"] {
            assert!(!is_transient_code(permanent), "{permanent}");
        }
    }
}
