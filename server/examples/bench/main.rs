//! Measures the server on this machine: `make bench`.
//!
//! Three figures matter. How many pushes a second are durable, with 64 writers at once, beside one
//! commit for each on the same file; what an idle socket costs in memory; and what others' load costs
//! those who write to a small list. With a word as argument (`writes`, `sockets`, `neighbours`), only
//! that is measured.

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
    // Every socket is a file.
    rlimit::increase_nofile_limit(u64::MAX)?;
    // Beside the program and not in /tmp, which may be no disk at all.
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
        neighbours::run(&program, folder.path()).await?;
    }
    Ok(())
}
