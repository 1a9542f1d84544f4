//! Tandem's server: the store, the hub and its sockets, the HTTP interface, and the pages.
//!
//! [`Server::open`] and [`Server::run`] are the program; `main.rs` only reads the flags. Requests
//! come in by [`connections`] to [`http`], whose table leads to pages, to `rest` and to [`socket`]; all of them go
//! through [`service`] to the [`store`], whose commits the [`hub`] tells to the sockets.

// The pages' types nest as deep as their elements do.
#![recursion_limit = "256"]

mod client;
mod clock;
mod config;
mod connections;
mod disk;
mod follow;
pub mod http;
pub mod hub;
mod rates;
mod rest;
mod server;
pub mod service;
pub mod socket;
mod state;
pub mod store;

pub use client::PublicUrl;
pub use config::{Cli, Command, Config, ForwardedHeader, NetworkOptions, Secret};
pub use server::Server;
