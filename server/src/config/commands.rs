use std::path::PathBuf;

use clap::{Parser, Subcommand};

use super::Config;

/// A to-do list you share by link. Everyone sees changes live.
#[derive(Clone, Debug, Parser)]
#[command(name = "tandem", version, about)]
pub struct Cli {
    /// What to do; without a command, Tandem serves
    #[command(subcommand)]
    pub command: Option<Command>,

    /// The settings.
    #[command(flatten)]
    pub config: Config,
}

/// The commands besides serving.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Copy the database to a new file, even while a server uses it
    Backup {
        /// File to write; it must not exist yet
        file: PathBuf,
    },
    /// Replace the database by a backup while no server is running; the previous database is kept
    /// beside it
    Restore {
        /// Backup to restore
        file: PathBuf,
    },
}
