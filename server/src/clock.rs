//! The time.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sync::Millis;

/// A day, in milliseconds.
pub(crate) const DAY: Millis = 24 * 60 * 60 * 1_000;

/// Milliseconds since 1970, by the machine's clock.
pub(crate) fn now() -> Millis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        Millis::try_from(since.as_millis()).unwrap_or(Millis::MAX)
    })
}

/// A clock by which things are forgotten for good: the machine's, but believed only as far as time has
/// passed steadily, at most four times as fast. So what is kept for 30 days outlives a clock that is ahead
/// by years for more than a week; and a server that has rested for a month has caught up after ten days.
#[derive(Clone, Copy)]
pub(crate) struct Believed {
    from: Millis,
}

impl Believed {
    /// How much faster than time itself it goes at the most.
    const PACE: Millis = 4;

    /// A clock that believes what was believed last.
    pub(crate) fn new(from: Millis) -> Self {
        Self { from }
    }

    /// The time, `running` after this was made, by a machine whose clock says `now`.
    pub(crate) fn read(self, now: Millis, running: Duration) -> Millis {
        let running = Millis::try_from(running.as_millis()).unwrap_or(Millis::MAX);
        now.min(self.from.saturating_add(running.saturating_mul(Self::PACE)))
    }
}

/// A clock that never goes back, whatever is done to the machine's.
#[derive(Default)]
pub(crate) struct Steady {
    last: Millis,
}

impl Steady {
    /// A clock that says nothing earlier.
    pub(crate) fn from(last: Millis) -> Self {
        Self { last }
    }

    /// The time, by a machine whose clock says `now`.
    pub(crate) fn read(&mut self, now: Millis) -> Millis {
        self.last = self.last.max(now);
        self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_jumps_ahead_is_believed_slowly_and_one_that_jumps_back_at_once() {
        let hour = Duration::from_hours(1);
        let believed = Believed::new(1_000 * DAY);
        let hours = |hours: Millis| hours * DAY / 24;
        for (now, after, expected) in [
            (1_000 * DAY, Duration::ZERO, 1_000 * DAY),
            (1_000 * DAY + hours(1), hour, 1_000 * DAY + hours(1)),
            (1_000 * DAY + hours(4), hour, 1_000 * DAY + hours(4)),
            (1_365 * DAY, Duration::ZERO, 1_000 * DAY),
            (1_365 * DAY, hour, 1_000 * DAY + hours(4)),
            (1_365 * DAY, 24 * 7 * hour, 1_028 * DAY),
            (1_030 * DAY, 24 * 10 * hour, 1_030 * DAY),
            (0, hour, 0),
            (Millis::MAX, Duration::MAX, Millis::MAX),
        ] {
            assert_eq!(believed.read(now, after), expected, "{now} after {after:?}");
        }
    }

    #[test]
    fn a_steady_clock_stands_while_the_machines_is_set_back() {
        let mut clock = Steady::default();
        let read = [10, 20, 5, 19, 20, 21].map(|now| clock.read(now));
        assert_eq!(read, [10, 20, 20, 20, 20, 21]);
    }
}
