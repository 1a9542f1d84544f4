//! Latencies, medians and ratios.

use std::{fmt, time::Duration};

/// Latencies, sorted.
pub(super) struct Sample(Vec<Duration>);

impl Sample {
    pub(super) fn new(mut latencies: Vec<Duration>) -> Self {
        latencies.sort_unstable();
        Self(latencies)
    }

    /// Returns a percentile, in milliseconds.
    pub(super) fn percentile(&self, percent: usize) -> f64 {
        let latency = self.0.get(self.0.len() * percent / 100);
        latency.map_or(f64::NAN, |latency| latency.as_secs_f64() * 1_000.0)
    }
}

/// Returns the median, of an odd count the one in the middle.
pub(super) fn median(values: impl Iterator<Item = f64>) -> f64 {
    let values = sorted(values);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<_> = values.collect();
    values.sort_unstable_by(f64::total_cmp);
    values
}

/// The median of several values, with the lowest and the highest.
pub(super) struct Spread {
    median: f64,
    lowest: f64,
    highest: f64,
}

impl Spread {
    /// Returns the ratios of a value, round by round.
    pub(super) fn of_ratios<T>(these: &[T], to: &[T], value: impl Fn(&T) -> f64) -> Self {
        let ratios = these
            .iter()
            .zip(to)
            .map(|(this, to)| value(this) / value(to));
        let ratios = sorted(ratios);
        Self {
            median: median(ratios.iter().copied()),
            lowest: ratios.first().copied().unwrap_or(f64::NAN),
            highest: ratios.last().copied().unwrap_or(f64::NAN),
        }
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            median,
            lowest,
            highest,
        } = self;
        f.pad(&format!("{median:>4.1} ({lowest:.1} to {highest:.1})"))
    }
}
