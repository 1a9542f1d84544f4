//! How the server meets the network: behind which proxies, and how much one client may ask for.

use std::{net::IpAddr, time::Duration};

use clap::{Args, ValueEnum};
use ipnet::IpNet;

use crate::public_url::PublicUrl;

/// How the server meets the network.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Network")]
pub struct NetworkOptions {
    /// The address under which people reach Tandem, such as `https://tandem.example`. Printed sheets,
    /// QR codes and copied links show it, and pages of this address may write. Needed behind a proxy
    /// that neither passes the Host header on nor is a trusted one
    #[arg(long, env = "TANDEM_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<PublicUrl>,

    /// Proxies whose word is taken for the client's address, host and protocol: addresses and
    /// networks such as 127.0.0.1,10.0.0.0/8. X-Forwarded-For (or Forwarded), X-Forwarded-Host and
    /// X-Forwarded-Proto of anybody else are ignored. The client is the last address in the header
    /// that is no trusted proxy's. Without this flag, all clients behind a proxy count as one
    #[arg(
        long,
        env = "TANDEM_TRUSTED_PROXIES",
        value_name = "NETWORKS",
        value_delimiter = ',',
        value_parser = network
    )]
    pub trusted_proxies: Vec<IpNet>,

    /// The header in which trusted proxies tell the client's address; the other one is ignored,
    /// since the client itself may have sent it
    #[arg(
        long,
        env = "TANDEM_FORWARDED_HEADER",
        value_enum,
        value_name = "HEADER",
        default_value_t
    )]
    pub forwarded_header: ForwardedHeader,

    /// Open connections in all, WebSockets among them; fewer if the system allows fewer open files
    #[arg(
        long,
        env = "TANDEM_MAX_CONNECTIONS",
        value_name = "NUMBER",
        default_value_t = 20_000
    )]
    pub max_connections: usize,

    /// Open connections of one address (IPv6: of one /64 network), and at most half of all; trusted
    /// proxies may have any number. Above it, a new connection takes the place of the one that has
    /// sent nothing for longest
    #[arg(
        long,
        env = "TANDEM_MAX_CONNECTIONS_PER_ADDRESS",
        value_name = "NUMBER",
        default_value_t = 2_000
    )]
    pub max_connections_per_address: usize,

    /// Open WebSockets of one address (IPv6: of one /64 network), also behind trusted proxies
    #[arg(
        long,
        env = "TANDEM_MAX_SOCKETS_PER_ADDRESS",
        value_name = "NUMBER",
        default_value_t = 1_500
    )]
    pub max_sockets_per_address: usize,

    /// New lists that one address (IPv6: one /64 network) may make in a minute, all of them at once if
    /// it likes; 0 for any number. The defaults of this and the next two are for a school behind one
    /// address
    #[arg(
        long,
        env = "TANDEM_LISTS_PER_MINUTE",
        value_name = "NUMBER",
        default_value_t = 300
    )]
    pub lists_per_minute: u32,

    /// Requests that one address may change lists by in a minute; each 16 KiB of a request's body
    /// count as another one. 0 for any number
    #[arg(
        long,
        env = "TANDEM_WRITES_PER_MINUTE",
        value_name = "NUMBER",
        default_value_t = 12_000
    )]
    pub writes_per_minute: u32,

    /// WebSockets that one address may open in a minute; 0 for any number
    #[arg(
        long,
        env = "TANDEM_SOCKETS_PER_MINUTE",
        value_name = "NUMBER",
        default_value_t = 3_000
    )]
    pub sockets_per_minute: u32,

    /// Seconds that a request's line and headers may take
    #[arg(
        long,
        env = "TANDEM_HEADER_TIMEOUT",
        value_name = "SECONDS",
        default_value = "10",
        value_parser = seconds
    )]
    pub header_timeout: Duration,

    /// Seconds without a byte of a request's body, after which it is given up; also of a body that
    /// comes more slowly than 500 bytes a second
    #[arg(
        long,
        env = "TANDEM_BODY_TIMEOUT",
        value_name = "SECONDS",
        default_value = "20",
        value_parser = seconds
    )]
    pub body_timeout: Duration,

    /// The same for a client that does not take its answer
    #[arg(
        long,
        env = "TANDEM_ANSWER_TIMEOUT",
        value_name = "SECONDS",
        default_value = "30",
        value_parser = seconds
    )]
    pub answer_timeout: Duration,

    /// Seconds that a connection stays open for another request. A proxy should keep its own
    /// connections to Tandem for less
    #[arg(
        long,
        env = "TANDEM_IDLE_TIMEOUT",
        value_name = "SECONDS",
        default_value = "75",
        value_parser = seconds
    )]
    pub idle_timeout: Duration,
}

/// The header in which proxies tell the client's address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ForwardedHeader {
    /// What nearly all proxies send, with X-Forwarded-Host and X-Forwarded-Proto
    #[default]
    XForwardedFor,
    /// The standard one (RFC 7239), which tells host and protocol as well
    Forwarded,
}

/// Reads a network, or an address as the network of that alone.
fn network(text: &str) -> Result<IpNet, String> {
    let text = text.trim();
    let network = text.parse::<IpNet>();
    let network = network.or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
    network.map_err(|_| "neither an address nor a network such as 10.0.0.0/8".to_owned())
}

/// Reads a time in seconds, such as 10 or 0.5.
fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().ok().filter(|seconds| *seconds > 0.0);
    let time = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    // Times are added to the clock, which must not overflow.
    let time = time.filter(|time| *time <= Duration::from_secs(24 * 60 * 60));
    time.ok_or_else(|| "not a number of seconds, from more than 0 to a day".to_owned())
}
