//! A server in a process of its own, so that its memory is separate from the benchmark's.

use std::{path::Path, process::Stdio};

use clap::Parser as _;
use server::Config;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    net::TcpListener,
    process::{Child, ChildStdin, Command},
};

use crate::Error;

/// The argument that makes this program the server; the database's file follows.
pub(crate) const SERVE: &str = "serve";

/// Serves on a free port, which it prints, until stdin is closed.
pub(crate) async fn serve(database: &str) -> Result<(), Error> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("sqlite://{database}");
    let config = Config::parse_from([
        "tandem",
        "--database-url",
        &url,
        "--pusher-key=tandem",
        // All clients have the same address.
        "--max-connections-per-address=10000",
        "--max-sockets-per-address=10000",
        "--lists-per-minute=0",
        "--writes-per-minute=0",
        "--reads-per-minute=0",
        "--sockets-per-minute=0",
    ]);
    let server = server::Server::open(&config).await?;
    println!("{}", listener.local_addr()?);
    let input = tokio::task::spawn_blocking(|| {
        std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink())
    });
    Ok(server.run(listener, async { drop(input.await) }).await?)
}

/// The server process, as its parent sees it.
pub(crate) struct Server {
    process: Child,
    input: ChildStdin,
    pub(crate) address: String,
}

impl Server {
    pub(crate) async fn start(program: &Path, database: &Path) -> Result<Self, Error> {
        let mut process = Command::new(program)
            .arg(SERVE)
            .arg(database)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let output = process.stdout.take().ok_or("the server has no output")?;
        let address = BufReader::new(output).lines().next_line().await?;
        Ok(Self {
            input: process.stdin.take().ok_or("the server has no input")?,
            process,
            address: address.ok_or("the server did not start")?,
        })
    }

    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns the resident memory, in MiB.
    pub(crate) async fn memory(&self) -> Result<f64, Error> {
        self.status("VmRSS:").await
    }

    /// Makes the peak begin anew.
    pub(crate) async fn forget_peak(&self) -> Result<(), Error> {
        let id = self.process.id().ok_or("the server ended")?;
        // See proc(5): it sets the peak to what is resident now.
        Ok(tokio::fs::write(format!("/proc/{id}/clear_refs"), "5").await?)
    }

    /// Returns the peak resident memory, in MiB.
    pub(crate) async fn peak_memory(&self) -> Result<f64, Error> {
        self.status("VmHWM:").await
    }

    async fn status(&self, field: &str) -> Result<f64, Error> {
        let id = self.process.id().ok_or("the server ended")?;
        let status = tokio::fs::read_to_string(format!("/proc/{id}/status")).await?;
        let line = status.lines().find_map(|line| line.strip_prefix(field));
        let number = line.and_then(|line| line.split_whitespace().next());
        Ok(number.ok_or("no memory is told")?.parse::<f64>()? / 1_024.0)
    }

    pub(crate) async fn stop(mut self) -> Result<(), Error> {
        drop(self.input);
        self.process.wait().await?;
        Ok(())
    }
}
