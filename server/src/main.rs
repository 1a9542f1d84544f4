//! The `tandem` program.

use std::{error::Error, process::ExitCode};

use clap::Parser;
use server::{Config, Server, http::Site};
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> ExitCode {
    let config = Config::parse();
    start_logging();
    match run(&config).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tandem: {error}");
            let mut source = error.source();
            while let Some(error) = source {
                eprintln!("  because {error}");
                source = error.source();
            }
            ExitCode::FAILURE
        }
    }
}

async fn run(config: &Config) -> Result<(), Box<dyn Error>> {
    // Each open page holds a socket; the usual limit of 1,024 files would be few.
    rlimit::increase_nofile_limit(u64::MAX).ok();
    let listener = TcpListener::bind(&config.listen)
        .await
        .map_err(|error| format!("cannot listen on {}: {error}", config.listen))?;
    let mut server = Server::open(config).await?;
    if let Some(folder) = &config.site {
        let site = Site::of_folder(folder)
            .map_err(|error| format!("cannot read {}: {error}", folder.display()))?;
        server = server.with_site(site);
    }
    println!("Tandem is at http://{}", listener.local_addr()?);
    Ok(server.run(listener, interrupted()).await?)
}

/// Logs go to stderr, at the level that `RUST_LOG` says.
fn start_logging() {
    let filter = EnvFilter::builder()
        .with_default_directive(tracing::Level::INFO.into())
        .from_env_lossy();
    // These would write what clients send, and so the secrets in it, at the level `trace`.
    let filter = ["tungstenite=warn", "tokio_tungstenite=warn", "hyper=warn"]
        .into_iter()
        .filter_map(|directive| directive.parse().ok())
        .fold(filter, EnvFilter::add_directive);
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
}

/// Waits for Ctrl-C, or for the signal by which a supervisor stops a program.
async fn interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            },
            Err(_) => drop(tokio::signal::ctrl_c().await),
        }
    }
    #[cfg(not(unix))]
    drop(tokio::signal::ctrl_c().await);
}
