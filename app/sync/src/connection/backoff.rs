/// Returns how long to wait before attempt n (0, 1, 2 …), in milliseconds. Injected, so that the state
/// machine needs no random source.
pub type Backoff = Box<dyn FnMut(u32) -> u32>;

/// Longest first wait.
const BASE_MS: u32 = 500;
/// Longest wait of all.
const CAP_MS: u32 = 30_000;

/// Exponential backoff with full jitter, in milliseconds: from nothing to a limit that starts at 500 ms,
/// doubles with every attempt and ends at 30 s. `random` is uniform in 0..1.
///
/// The whole range is used, so that clients that lost their server together do not come back together.
///
/// ```
/// use sync::full_jitter;
///
/// assert_eq!([0, 1, 2, 9].map(|attempt| full_jitter(attempt, 0.5)), [250, 500, 1_000, 15_000]);
/// ```
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the product is within 0..=bound, and a cast turns NaN into 0"
)]
pub fn full_jitter(attempt: u32, random: f64) -> u32 {
    let bound = 2_u32
        .saturating_pow(attempt)
        .saturating_mul(BASE_MS)
        .min(CAP_MS);
    (f64::from(bound) * random.clamp(0.0, 1.0)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_is_drawn_up_to_a_bound_that_doubles_to_thirty_seconds() {
        let almost_one = 1.0 - f64::EPSILON;
        let bounds = [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000];
        for (attempt, bound) in (0..).zip(bounds) {
            assert_eq!(full_jitter(attempt, 0.0), 0);
            assert_eq!(full_jitter(attempt, 0.5), bound / 2);
            assert_eq!(full_jitter(attempt, almost_one), bound - 1);
        }
        assert_eq!(full_jitter(u32::MAX, almost_one), 29_999);
    }

    #[test]
    fn the_wait_is_bounded_whatever_the_random_source_says() {
        for random in [f64::NAN, f64::NEG_INFINITY, -1.0] {
            assert_eq!(full_jitter(3, random), 0);
        }
        assert_eq!(full_jitter(3, f64::INFINITY), 4_000);
    }
}
