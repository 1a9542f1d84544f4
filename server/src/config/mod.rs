//! The settings, by flag or environment variable.

mod commands;
mod network;

pub use commands::{Cli, Command};
pub use network::{ForwardedHeader, NetworkOptions};

use std::{fmt, path::PathBuf};

use clap::Parser;

/// A to-do list you share by link. Everyone sees changes live.
#[derive(Clone, Debug, Parser)]
#[command(name = "tandem", version, about)]
pub struct Config {
    /// Address and port to listen on; port 0 takes any free one
    #[arg(
        long,
        env = "TANDEM_LISTEN",
        value_name = "ADDRESS",
        default_value = "127.0.0.1:3000"
    )]
    pub listen: String,

    /// Database to keep the lists in; created and migrated on start
    #[arg(
        long,
        env = "DATABASE_URL",
        value_name = "URL",
        default_value = "sqlite://tandem.db",
        hide_env_values = true,
        global = true
    )]
    pub database_url: Secret,

    /// Application key that clients of the realtime interface connect with
    #[arg(
        long,
        env = "TANDEM_PUSHER_KEY",
        value_name = "KEY",
        default_value = "tandem"
    )]
    pub pusher_key: String,

    /// Disk space to keep free beside the SQLite file, in MiB: below it, writes are refused with
    /// status 503 while reads go on. 0 for no limit
    #[arg(
        long,
        env = "TANDEM_MIN_FREE_DISK",
        value_name = "MIB",
        default_value_t = 64
    )]
    pub min_free_disk: u64,

    /// Serve the browser's files from this folder instead of those built into the program
    #[arg(long, env = "TANDEM_SITE", value_name = "FOLDER")]
    pub site: Option<PathBuf>,

    /// Secret by which presence channels are authorized. Without it, one is made at the first start and kept
    /// in the database
    #[arg(
        long,
        env = "TANDEM_PUSHER_SECRET",
        value_name = "SECRET",
        hide_env_values = true
    )]
    pub pusher_secret: Option<Secret>,

    /// The settings of the network.
    #[command(flatten)]
    pub network: NetworkOptions,
}

/// A text that logs never show, such as a database URL with a password.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Returns the text.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}
