//! The time.

use std::time::{SystemTime, UNIX_EPOCH};

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

/// A clock that never goes back, whatever is done to the machine's.
#[derive(Default)]
pub(crate) struct Steady {
    last: Millis,
}

impl Steady {
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
    fn a_steady_clock_stands_while_the_machines_is_set_back() {
        let mut clock = Steady::default();
        let read = [10, 20, 5, 19, 20, 21].map(|now| clock.read(now));
        assert_eq!(read, [10, 20, 20, 20, 20, 21]);
    }
}
