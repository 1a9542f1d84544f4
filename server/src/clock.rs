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
