//! The `tandem` program.

use std::{error::Error, path::Path, process::ExitCode};

use clap::Parser;
use server::{Cli, Command, Config, Server, Site, store};
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> ExitCode {
    let Cli { command, config } = Cli::parse();
    start_logging();
    let done = match &command {
        None => run(&config).await,
        Some(Command::Backup { file }) => backup(&config, file).await,
        Some(Command::Restore { file }) => restore(&config, file).await,
    };
    match done {
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
    // Each open page holds a socket, so the usual limit of 1,024 files is too low.
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

async fn backup(config: &Config, file: &Path) -> Result<(), Box<dyn Error>> {
    store::backup(config.database_url.reveal(), file).await?;
    println!("Copied the database to {}", file.display());
    Ok(())
}

async fn restore(config: &Config, file: &Path) -> Result<(), Box<dyn Error>> {
    let restored = store::restore(config.database_url.reveal(), file).await?;
    println!(
        "Restored the database from {}. Open pages reload it and send their unsent changes.",
        file.display()
    );
    if let Some(replaced) = restored.replaced {
        println!("The previous database is kept as {}", replaced.display());
    }
    Ok(())
}

/// Sends logs to stderr, at the level set by `RUST_LOG`.
fn start_logging() {
    let filter = EnvFilter::builder()
        .with_default_directive(tracing::Level::INFO.into())
        .from_env_lossy();
    // At the level `trace`, these crates would log what clients send, including secrets.
    let filter = ["tungstenite=warn", "tokio_tungstenite=warn", "hyper=warn"]
        .into_iter()
        .filter_map(|directive| directive.parse().ok())
        .fold(filter, EnvFilter::add_directive);
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
}

/// Waits for Ctrl-C or for SIGTERM.
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
