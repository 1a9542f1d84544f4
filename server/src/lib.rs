//! Tandem's server.

pub mod hub;
pub mod service;
pub mod store;
