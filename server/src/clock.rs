//! Clocks.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use sync::Millis;

/// One day, in milliseconds.
pub(crate) const DAY_MS: Millis = 24 * 60 * 60 * 1_000;

/// Returns the system time, in milliseconds since 1970.
pub(crate) fn now() -> Millis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        Millis::try_from(since.as_millis()).unwrap_or(Millis::MAX)
    })
}

/// A clock for deciding what to delete for good. It follows the system clock, but advances at most
/// four times as fast as monotonic time. Thus data kept for 30 days survives a system clock that is
/// years ahead for more than a week, and a server that was off for a month has caught up after ten
/// days.
#[derive(Clone, Copy)]
pub(crate) struct Believed {
    from: Millis,
}

impl Believed {
    /// Maximum speed, relative to monotonic time.
    const MAX_SPEED: Millis = 4;

    /// Creates a clock that starts at the last believed time.
    pub(crate) fn new(from: Millis) -> Self {
        Self { from }
    }

    /// Returns the time, given how long the clock has been `running` and what the system clock
    /// says.
    pub(crate) fn read(self, now: Millis, running: Duration) -> Millis {
        let running = Millis::try_from(running.as_millis()).unwrap_or(Millis::MAX);
        now.min(
            self.from
                .saturating_add(running.saturating_mul(Self::MAX_SPEED)),
        )
    }
}

/// A clock that never goes back, even if the system clock does.
#[derive(Default)]
pub(crate) struct Steady {
    last: Millis,
}

impl Steady {
    /// Creates a clock that starts no earlier than `last`.
    pub(crate) fn from(last: Millis) -> Self {
        Self { last }
    }

    /// Returns the time, given what the system clock says.
    pub(crate) fn read(&mut self, now: Millis) -> Millis {
        self.last = self.last.max(now);
        self.last
    }
}

/// The times of a commit.
#[derive(Clone, Copy)]
pub(crate) struct Times {
    /// The time of its changes.
    pub(crate) written: Millis,
    /// The time by which it deletes for good.
    pub(crate) believed: Millis,
}

/// The clocks of whoever writes.
pub(crate) struct Clocks {
    pub(crate) written: Steady,
    pub(crate) believed: Believed,
    /// Since when the believed clock has been running.
    pub(crate) since: Instant,
}

impl Clocks {
    /// Returns the current times.
    pub(crate) fn read(&mut self) -> Times {
        let now = now();
        Times {
            written: self.written.read(now),
            believed: self.believed.read(now, self.since.elapsed()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jump_ahead_is_followed_slowly_and_a_jump_back_at_once() {
        let hour = Duration::from_hours(1);
        let believed = Believed::new(1_000 * DAY_MS);
        let hours = |hours: Millis| hours * DAY_MS / 24;
        for (now, after, expected) in [
            (1_000 * DAY_MS, Duration::ZERO, 1_000 * DAY_MS),
            (1_000 * DAY_MS + hours(1), hour, 1_000 * DAY_MS + hours(1)),
            (1_000 * DAY_MS + hours(4), hour, 1_000 * DAY_MS + hours(4)),
            (1_365 * DAY_MS, Duration::ZERO, 1_000 * DAY_MS),
            (1_365 * DAY_MS, hour, 1_000 * DAY_MS + hours(4)),
            (1_365 * DAY_MS, 24 * 7 * hour, 1_028 * DAY_MS),
            (1_030 * DAY_MS, 24 * 10 * hour, 1_030 * DAY_MS),
            (0, hour, 0),
            (Millis::MAX, Duration::MAX, Millis::MAX),
        ] {
            assert_eq!(believed.read(now, after), expected, "{now} after {after:?}");
        }
    }

    #[test]
    fn a_steady_clock_stands_still_while_the_system_clock_is_behind() {
        let mut clock = Steady::default();
        let read = [10, 20, 5, 19, 20, 21].map(|now| clock.read(now));
        assert_eq!(read, [10, 20, 20, 20, 20, 21]);
    }
}
