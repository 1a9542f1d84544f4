//! The engine from outside, with a model that is no to-do: tones of a melody and the score they
//! stand in.

#![allow(clippy::unwrap_used)]

mod authority;
mod melody;
mod position;
mod replica;
