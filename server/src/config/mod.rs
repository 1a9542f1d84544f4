//! What can be set, by flags or by the environment.

mod commands;
mod network;

pub use commands::{Cli, Command};
pub use network::{ForwardedHeader, NetworkOptions};

use std::{fmt, path::PathBuf};

use clap::Parser;

/// A shared to-do list that opens by a link and stays in step.
#[derive(Clone, Debug, Parser)]
#[command(name = "tandem", version, about)]
pub struct Config {
    /// Where to listen: an address and a port, 0 for any free one
    #[arg(
        long,
        env = "TANDEM_LISTEN",
        value_name = "ADDRESS",
        default_value = "127.0.0.1:3000"
    )]
    pub listen: String,

    /// Where the data is; it is created and brought up to date on start
    #[arg(
        long,
        env = "DATABASE_URL",
        value_name = "URL",
        default_value = "sqlite://tandem.db",
        hide_env_values = true,
        global = true
    )]
    pub database_url: Secret,

    /// The application key that clients of the realtime interface name
    #[arg(
        long,
        env = "TANDEM_PUSHER_KEY",
        value_name = "KEY",
        default_value = "tandem"
    )]
    pub pusher_key: String,

    /// Mebibytes of disk space that must be free where the SQLite file is: below that, writes are
    /// refused with status 503, and reads go on. 0 for no such floor
    #[arg(
        long,
        env = "TANDEM_MIN_FREE_DISK",
        value_name = "MIB",
        default_value_t = 64
    )]
    pub min_free_disk: u64,

    /// Serve the browser's files from this folder, not those that the program was built with
    #[arg(long, env = "TANDEM_SITE", value_name = "FOLDER")]
    pub site: Option<PathBuf>,

    /// Will sign who may listen to presence channels; there are none yet
    #[arg(
        long,
        env = "TANDEM_PUSHER_SECRET",
        value_name = "SECRET",
        hide_env_values = true
    )]
    pub pusher_secret: Option<Secret>,

    /// How the server meets the network.
    #[command(flatten)]
    pub network: NetworkOptions,
}

/// A text that no log shows: a database's URL may hold a password.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The text itself.
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
