//! Tandem's server: the store, the hub and its sockets, the HTTP interface, and the pages.
//!
//! [`Server::open`] and [`Server::run`] are the program; `main.rs` only reads the flags. A request
//! passes `connections`, the `router`, and one of `pages`, `rest`, `rpc` and `socket`. The first
//! three call the [`service`], which calls the [`store`]; `socket` reads the store itself. The store
//! publishes what it commits to the [`hub`], which delivers it to the sockets.

// A page's type nests as deeply as its elements.
#![recursion_limit = "256"]

mod auth;
mod background;
mod body;
mod client;
mod clock;
mod config;
mod connections;
mod disk;
mod follow;
mod health;
pub mod hub;
mod memory;
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
mod signature;
mod site;
mod socket;
mod state;
pub mod store;
mod turns;

pub use config::{Cli, Command, Config, ForwardedHeader, NetworkOptions, Secret};
pub use public_url::PublicUrl;
pub use server::Server;
pub use site::Site;
