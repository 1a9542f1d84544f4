//! The server's tests, in one binary. Those in `store` call the store and the service, `boundaries` and
//! `documents` read the sources; the others start a server on a free port and use HTTP and WebSocket.

#![allow(
    clippy::cast_possible_wrap,
    clippy::unused_async,
    reason = "the numbers of a test are small, and its calls read alike"
)]

mod backups;
mod boundaries;
mod client;
mod concurrency;
mod connections;
mod dispute;
mod documents;
mod echo;
mod epochs;
mod headers;
mod health;
mod import;
mod imports;
mod isolation;
mod kills;
mod large;
mod links;
mod new_lists;
mod pages;
mod paging;
mod panics;
mod presence;
mod problems;
mod program;
mod protocol;
mod proxies;
mod pysher;
mod rates;
mod refused;
mod rest;
mod resume;
mod rooms;
mod secrets;
mod sharing;
mod site;
mod slow;
mod store;
mod transfer;
mod trash;
mod twins;
