//! Measures the server on this machine: `make bench`.
//!
//! Two figures matter. How many pushes a second are durable, with 64 writers at once, beside one
//! commit for each on the same file; and what an idle socket costs in memory.

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

    if std::env::args().nth(1).as_deref() == Some(sockets::SERVE) {
        return sockets::serve(&url("sockets.db")).await;
    }
    writes::run(&url("writes.db")).await?;
    sockets::run(&program).await
}
