//! Limits how often a client may do something costly, by delaying it.

use std::time::Duration;

use tokio::time::Instant;

/// A rate limit: a burst of `at_once`, then one per period of `every`.
pub(super) struct Pace {
    at_once: u32,
    every: Duration,
    /// When everything so far would be done, one per period. A burst moves it into the future.
    through: Instant,
}

impl Pace {
    pub(super) fn new(at_once: u32, every: Duration) -> Self {
        Self {
            at_once,
            every,
            through: Instant::now(),
        }
    }

    /// Returns how long a request that arrives `now` has to wait. It counts as `count` requests.
    pub(super) fn delay(&mut self, now: Instant, count: u32) -> Duration {
        self.through = self.through.max(now) + self.every * count;
        let ahead = self.through - now;
        ahead.saturating_sub(self.every * self.at_once)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_at_once_and_the_rest_one_per_period() {
        let every = Duration::from_secs(1);
        let mut pace = Pace::new(3, every);
        let now = Instant::now() + every;
        let delays: Vec<u64> = (0..5).map(|_| pace.delay(now, 1).as_secs()).collect();
        assert_eq!(delays, [0, 0, 0, 1, 2]);
        assert_eq!(pace.delay(now + 5 * every, 1), Duration::ZERO);
        let later: Vec<u64> = (0..4)
            .map(|_| pace.delay(now + 60 * every, 1).as_secs())
            .collect();
        assert_eq!(later, [0, 0, 0, 1]);
        assert_eq!(pace.delay(now + 90 * every, 7), 4 * every);
    }
}
