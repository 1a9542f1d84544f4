//! The engine from outside, with models that are no to-do: tones of a melody, and the score they
//! stand in.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "the numbers of a test are small"
)]

mod authority;
mod cost;
mod melody;
mod position;
mod replica;
mod simulation;
mod wire;
mod wire_bytes;
