//! The engine from outside, with models that are no to-do: tones of a melody, and the score they
//! stand in.

#![allow(clippy::unwrap_used)]

mod authority;
mod cost;
mod melody;
mod position;
mod replica;
mod simulation;
mod wire;
