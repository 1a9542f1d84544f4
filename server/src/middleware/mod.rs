//! Middleware: what happens to every request before its handler, and to every response after it.

pub(crate) mod canonical;
pub(crate) mod cross_origin;
pub(crate) mod headers;
pub(crate) mod large;
pub(crate) mod pace;
pub(crate) mod panics;
mod refusal;
pub(crate) mod trace;
