//! What is the same for all addresses: what is done to a request before its handler, and to the
//! response after it.

pub(crate) mod canonical;
pub(crate) mod cross_origin;
pub(crate) mod headers;
pub(crate) mod large;
pub(crate) mod pace;
pub(crate) mod panics;
mod refusal;
pub(crate) mod trace;
