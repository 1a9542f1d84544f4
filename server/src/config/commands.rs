use std::path::PathBuf;

use clap::{Parser, Subcommand};

use super::Config;

/// A shared to-do list that opens by a link and stays in step.
#[derive(Clone, Debug, Parser)]
#[command(name = "tandem", version, about)]
pub struct Cli {
    /// What is to be done; without one, Tandem serves
    #[command(subcommand)]
    pub command: Option<Command>,

    /// The settings.
    #[command(flatten)]
    pub config: Config,
}

/// What can be done beside serving.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Copy the database to a new file, also while a server uses it
    Backup {
        /// The file to write; it must not be there yet
        file: PathBuf,
    },
    /// Put a backup in the place of the database, which no server may be using; the database that it
    /// replaces is kept beside it
    Restore {
        /// The backup
        file: PathBuf,
    },
}
