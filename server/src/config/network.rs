//! The settings of the network: trusted proxies, and limits for each client.

use std::{net::IpAddr, time::Duration};

use clap::{Args, ValueEnum};
use ipnet::IpNet;

use crate::public_url::PublicUrl;

/// The settings of the network.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Network")]
pub struct NetworkOptions {
    /// Address at which people reach Tandem, such as `https://tandem.example`. Printed sheets, QR
    /// codes and copied links show it, and its pages may write. Needed behind a proxy that is not
    /// trusted and does not pass on the Host header
    #[arg(long, env = "TANDEM_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<PublicUrl>,

    /// Proxies to believe about the client's address, host and protocol: addresses and networks such
    /// as 127.0.0.1,10.0.0.0/8. X-Forwarded-For (or Forwarded), X-Forwarded-Host and
    /// X-Forwarded-Proto from anyone else are ignored. The client is the last address in the header
    /// that is not a trusted proxy's. Without this flag, all clients behind a proxy count as one
    #[arg(
        long,
        env = "TANDEM_TRUSTED_PROXIES",
        value_name = "NETWORKS",
        value_delimiter = ',',
        value_parser = network
    )]
    pub trusted_proxies: Vec<IpNet>,

    /// Header in which trusted proxies name the client's address; the other one is ignored, since the
    /// client may have sent it
    #[arg(
        long,
        env = "TANDEM_FORWARDED_HEADER",
        value_enum,
        value_name = "HEADER",
        default_value_t
    )]
    pub forwarded_header: ForwardedHeader,

    /// Most open connections, including WebSockets; fewer if the system allows fewer open files
    #[arg(
        long,
        env = "TANDEM_MAX_CONNECTIONS",
        value_name = "NUMBER",
        default_value_t = 20_000
    )]
    pub max_connections: usize,

    /// Most open connections of one address (IPv6: one /64 network), and at most half of all; trusted
    /// proxies may have any number. Above it, a new connection replaces the one idle for longest
    #[arg(
        long,
        env = "TANDEM_MAX_CONNECTIONS_PER_ADDRESS",
        value_name = "NUMBER",
        default_value_t = 2_000
    )]
    pub max_connections_per_address: usize,

    /// Most open WebSockets of one address (IPv6: one /64 network), also behind trusted proxies; at most
    /// three quarters of the connections that an address may have. All WebSockets together have at most
    /// nine tenths of the connections
    #[arg(
        long,
        env = "TANDEM_MAX_SOCKETS_PER_ADDRESS",
        value_name = "NUMBER",
        default_value_t = 1_500
    )]
    pub max_sockets_per_address: usize,

    /// New lists per minute and address (IPv6: /64 network), in one burst if need be; 0 for any
    /// number. The defaults of this and the next three suit a school behind one address
    #[arg(
        long,
        env = "TANDEM_LISTS_PER_MINUTE",
        value_name = "NUMBER",
        default_value_t = 300
    )]
    pub lists_per_minute: u32,

    /// Writes per minute and address; every 16 KiB of a request's body counts as another one. 0 for
    /// any number
    #[arg(
        long,
        env = "TANDEM_WRITES_PER_MINUTE",
        value_name = "NUMBER",
        default_value_t = 12_000
    )]
    pub writes_per_minute: u32,

    /// Pages and other reads per minute and address; 0 for any number
    #[arg(
        long,
        env = "TANDEM_READS_PER_MINUTE",
        value_name = "NUMBER",
        default_value_t = 60_000
    )]
    pub reads_per_minute: u32,

    /// New WebSockets per minute and address; 0 for any number
    #[arg(
        long,
        env = "TANDEM_SOCKETS_PER_MINUTE",
        value_name = "NUMBER",
        default_value_t = 3_000
    )]
    pub sockets_per_minute: u32,

    /// Seconds to wait for a request's line and headers
    #[arg(
        long,
        env = "TANDEM_HEADER_TIMEOUT",
        value_name = "SECONDS",
        default_value = "10",
        value_parser = seconds
    )]
    pub header_timeout: Duration,

    /// Seconds to wait for the next byte of a request's body; a body slower than 500 bytes a second is
    /// given up as well
    #[arg(
        long,
        env = "TANDEM_BODY_TIMEOUT",
        value_name = "SECONDS",
        default_value = "20",
        value_parser = seconds
    )]
    pub body_timeout: Duration,

    /// Seconds to wait for a client to take its answer
    #[arg(
        long,
        env = "TANDEM_ANSWER_TIMEOUT",
        value_name = "SECONDS",
        default_value = "30",
        value_parser = seconds
    )]
    pub answer_timeout: Duration,

    /// Seconds to keep an idle connection open. A proxy should keep its connections to Tandem for
    /// less
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
    /// Sent by nearly all proxies, with X-Forwarded-Host and X-Forwarded-Proto
    #[default]
    XForwardedFor,
    /// The standard (RFC 7239), which names host and protocol as well
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
    let time = time.filter(|time| *time <= Duration::from_hours(24));
    time.ok_or_else(|| "not a number of seconds, from more than 0 to a day".to_owned())
}
