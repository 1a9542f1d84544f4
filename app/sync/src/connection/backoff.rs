/// How long to wait before try number n (0, 1, 2 …), in milliseconds. Injected, so that the
/// machine knows no random source.
pub type Backoff = Box<dyn FnMut(u32) -> u32>;

/// The bound of the first wait, in milliseconds.
const BASE: u32 = 500;
/// The bound of every wait, in milliseconds.
const CAP: u32 = 30_000;

/// Exponential backoff with full jitter, in milliseconds: anything from nothing to a bound that
/// begins at 500 ms, doubles with every try and ends at 30 s. `random` is uniform in 0..1. That the
/// whole span is drawn from keeps clients that lost their server together from coming back together.
pub fn full_jitter(attempt: u32, random: f64) -> u32 {
    let bound = 2_u32.saturating_pow(attempt).saturating_mul(BASE).min(CAP);
    // The cast saturates, and makes 0 of what is not a number.
    (f64::from(bound) * random.clamp(0.0, 1.0)) as u32
}
