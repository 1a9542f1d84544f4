//! Measures the server on this machine: `make bench`.
//!
//! It measures three things: durable pushes per second of 64 concurrent writers, compared with one
//! commit per push; the memory of an idle socket; and how load elsewhere affects writes to a small
//! list. An argument (`writes`, `sockets`, `neighbours`) selects one of them; letters after `neighbours`,
//! such as `ae`, select scenarios.

#![allow(
    clippy::cast_possible_truncation,
    reason = "counts of a benchmark are small"
)]

mod neighbours;
mod process;
mod sockets;
mod writes;

type Error = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Error> {
    // Each socket takes a file descriptor.
    rlimit::increase_nofile_limit(u64::MAX)?;
    // Beside the program rather than in /tmp, which may be in memory.
    let program = std::env::current_exe()?;
    let folder = tempfile::tempdir_in(program.parent().unwrap_or(&program))?;
    let url = |name: &str| format!("sqlite://{}", folder.path().join(name).display());

    let mut arguments = std::env::args().skip(1);
    let wanted = arguments.next();
    if wanted.as_deref() == Some(process::SERVE) {
        let database = arguments.next().ok_or("which database?")?;
        return process::serve(&database).await;
    }
    let is_wanted = |name| wanted.as_deref().is_none_or(|wanted| wanted == name);
    if is_wanted("writes") {
        writes::run(&url("writes.db")).await?;
    }
    if is_wanted("sockets") {
        sockets::run(&program, &folder.path().join("sockets.db")).await?;
    }
    if is_wanted("neighbours") {
        let letters = arguments.next();
        neighbours::run(&program, folder.path(), letters.as_deref()).await?;
    }
    Ok(())
}
