//! Tandem's server: the store, the hub and its sockets, the HTTP interface, and the pages.
//!
//! [`Server::open`] and [`Server::run`] are the program; `main.rs` only reads the flags. Requests
//! come in by `connections` to the `router`, which leads to `pages`, `rest`, `rpc` and `socket`; all of them go
//! through [`service`] to the [`store`], whose commits the [`hub`] tells to the sockets.

// The pages' types nest as deep as their elements do.
#![recursion_limit = "256"]

mod client;
mod clock;
mod config;
mod connections;
mod disk;
mod follow;
mod health;
pub mod hub;
mod middleware;
mod pages;
mod problem;
mod public_url;
mod rates;
mod rest;
mod router;
mod rpc;
mod server;
pub mod service;
mod site;
mod socket;
mod state;
pub mod store;
mod turns;

pub use config::{Cli, Command, Config, ForwardedHeader, NetworkOptions, Secret};
pub use public_url::PublicUrl;
pub use server::Server;
pub use site::Site;
