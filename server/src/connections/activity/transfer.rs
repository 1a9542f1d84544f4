use std::time::Duration;

use tokio::time::Instant;

/// Slowest transfer that is tolerated once the first deadline has passed, in bytes per second.
const MIN_BYTES_PER_SECOND: u32 = 500;

/// A transfer to or from a client, and how long the server has waited for it.
#[derive(Debug, Default)]
pub(super) struct Transfer {
    /// Time waited so far, less the time earned by the bytes transferred, and never below zero: a fast
    /// start earns no right to stall later.
    debt: Duration,
    pub(super) waiting_since: Option<Instant>,
}

impl Transfer {
    /// Notes that the server is waiting for the client.
    pub(super) fn wait(&mut self, now: Instant) {
        self.waiting_since.get_or_insert(now);
    }

    /// Notes that bytes were transferred, which ends a wait.
    pub(super) fn progress(&mut self, bytes: usize, now: Instant) {
        if let Some(since) = self.waiting_since.take() {
            self.debt += now - since;
        }
        let earned = Duration::from_secs_f64(bytes as f64 / f64::from(MIN_BYTES_PER_SECOND));
        self.debt = self.debt.saturating_sub(earned);
    }

    /// Returns the deadline. A single wait may last as long as `patience`; all waits together may
    /// last `patience` plus the time of the slowest acceptable transfer.
    pub(super) fn deadline(&self, patience: Duration) -> Option<Instant> {
        Some(self.waiting_since? + patience.saturating_sub(self.debt))
    }
}
