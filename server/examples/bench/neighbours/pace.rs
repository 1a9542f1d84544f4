//! The amount of a load, and its limit.

use std::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    time::{Duration, Instant},
};

use tokio::time::sleep;

/// Interval at which a load looks whether it has ended.
const TICK: Duration = Duration::from_millis(10);

/// Counts what a load has done, and keeps it from doing more per second than a limit.
pub(super) struct Pace {
    /// Whether the load has to end.
    pub(super) stop: AtomicBool,
    begun: Instant,
    /// Maximum number of units per second.
    limit: f64,
    started: AtomicU64,
    done: AtomicU64,
}

impl Pace {
    /// Creates a pace of a number of units per second.
    pub(super) fn of(limit: f64) -> Self {
        Self {
            stop: AtomicBool::new(false),
            begun: Instant::now(),
            // Not 0, by which it is divided.
            limit: limit.max(f64::MIN_POSITIVE),
            started: AtomicU64::new(0),
            done: AtomicU64::new(0),
        }
    }

    pub(super) fn unlimited() -> Self {
        Self::of(f64::INFINITY)
    }

    /// Returns the number of units that are done.
    pub(super) fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    pub(super) fn add(&self, units: u64) {
        self.done.fetch_add(units, Ordering::Relaxed);
    }

    /// Waits until another `units` may be started. Returns false if the load has to end.
    pub(super) async fn next(&self, units: u64) -> bool {
        let before = self.started.fetch_add(units, Ordering::Relaxed);
        let due = before as f64 / self.limit;
        while !self.has_ended() {
            let left = due - self.begun.elapsed().as_secs_f64();
            if left <= 0.0 {
                return true;
            }
            sleep(Duration::from_secs_f64(left.min(TICK.as_secs_f64()))).await;
        }
        false
    }

    /// Waits for the end of the load.
    pub(super) async fn end(&self) {
        while !self.has_ended() {
            sleep(TICK).await;
        }
    }

    fn has_ended(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}
