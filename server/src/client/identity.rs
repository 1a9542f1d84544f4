use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
};

use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, header},
    middleware::Next,
    response::Response,
};

use super::{
    TrustedProxies,
    forwarded::{self, Forwarded},
};
use crate::{
    config::{ForwardedHeader, NetworkOptions},
    public_url::{PublicUrl, Scheme, plain_host},
};

/// What the operator says about how clients reach the server.
#[derive(Clone, Debug, Default)]
pub(crate) struct Surroundings {
    pub(crate) trusted: TrustedProxies,
    header: ForwardedHeader,
    public_url: Option<PublicUrl>,
}

impl Surroundings {
    pub(crate) fn new(options: &NetworkOptions) -> Self {
        Self {
            trusted: TrustedProxies::new(&options.trusted_proxies),
            header: options.forwarded_header,
            public_url: options.public_url.clone(),
        }
    }

    /// Returns the public address, if the operator has set one.
    pub(crate) fn public_url(&self) -> Option<String> {
        self.public_url.as_ref().map(PublicUrl::origin)
    }

    /// Determines the client of a request from its peer address and headers.
    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> Client {
        let told = match (self.trusted.contain(peer), self.header) {
            (false, _) => Forwarded::default(),
            (true, ForwardedHeader::XForwardedFor) => {
                forwarded::x_forwarded(headers, &self.trusted)
            }
            (true, ForwardedHeader::Forwarded) => forwarded::forwarded(headers, &self.trusted),
        };
        let named = headers
            .get(header::HOST)
            .and_then(|host| host.to_str().ok());
        let named = named.and_then(plain_host);
        let told_host = told.host.as_deref().and_then(plain_host);
        let scheme = told.proto.as_deref().and_then(Scheme::parse);
        let scheme = scheme.unwrap_or(Scheme::Http);
        let reached = told_host.or(named).map(|host| PublicUrl::new(scheme, host));
        let public_url = self.public_url.clone();
        let hosts = [named, told_host, public_url.as_ref().map(PublicUrl::host)];
        Client {
            address: told.address.unwrap_or(peer),
            hosts: hosts.into_iter().flatten().map(str::to_owned).collect(),
            url: public_url.or(reached),
        }
    }
}

/// The client of a request. Every request carries it as an extension.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Client {
    /// The client's address; behind an untrusted proxy, the proxy's.
    pub(crate) address: IpAddr,
    /// The address under which this client reaches the server, if known.
    pub(crate) url: Option<PublicUrl>,
    /// Hosts that mean this server, according to the request and the operator.
    hosts: Vec<String>,
}

impl Client {
    /// Whether an origin is this server's own.
    pub(crate) fn is_own(&self, origin: &str) -> bool {
        let Ok(origin) = origin.parse::<PublicUrl>() else {
            return false;
        };
        let mut hosts = self.hosts.iter();
        hosts.any(|host| PublicUrl::new(origin.scheme(), host) == origin)
    }

    /// Returns the origin under which this client reaches the server.
    pub(crate) fn origin(&self) -> Option<String> {
        self.url.as_ref().map(PublicUrl::origin)
    }

    /// Returns the host under which this client reaches the server.
    pub(crate) fn host(&self) -> Option<&str> {
        self.url.as_ref().map(PublicUrl::host)
    }
}

/// Adds the [`Client`] to a request.
pub(crate) async fn identify(
    State(surroundings): State<Arc<Surroundings>>,
    mut request: Request,
    next: Next,
) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let peer = peer.map_or(Ipv4Addr::UNSPECIFIED.into(), |ConnectInfo(peer)| peer.ip());
    let client = surroundings.client(peer.to_canonical(), request.headers());
    request.extensions_mut().insert(client);
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn options(flags: &[&str]) -> Surroundings {
        let program = ["tandem"];
        let config =
            <crate::config::Config as clap::Parser>::parse_from(program.iter().chain(flags));
        Surroundings::new(&config.network)
    }

    fn client(
        surroundings: &Surroundings,
        peer: [u8; 4],
        pairs: &[(&'static str, &'static str)],
    ) -> Client {
        let pair = |(name, value): &(&'static str, &'static str)| {
            (
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            )
        };
        surroundings.client(peer.into(), &pairs.iter().map(pair).collect())
    }

    fn url(client: &Client) -> Option<String> {
        client.url.as_ref().map(PublicUrl::origin)
    }

    const PROXIED: [(&str, &str); 4] = [
        ("host", "127.0.0.1:3000"),
        ("x-forwarded-for", "192.0.2.1"),
        ("x-forwarded-host", "tandem.example"),
        ("x-forwarded-proto", "https,http"),
    ];

    #[test]
    fn a_proxy_is_believed_only_if_it_is_trusted() {
        let surroundings = options(&["--trusted-proxies", "127.0.0.1,10.0.0.0/8"]);
        let told = client(&surroundings, [127, 0, 0, 1], &PROXIED);
        assert_eq!(told.address, IpAddr::from([192, 0, 2, 1]));
        assert_eq!(url(&told).as_deref(), Some("https://tandem.example"));
        assert!(told.is_own("https://tandem.example"));

        for (surroundings, peer) in [
            (&options(&[]), [127, 0, 0, 1]),
            (&surroundings, [192, 0, 2, 9]),
        ] {
            let told = client(surroundings, peer, &PROXIED);
            assert_eq!(told.address, IpAddr::from(peer));
            assert_eq!(url(&told).as_deref(), Some("http://127.0.0.1:3000"));
            assert!(!told.is_own("https://tandem.example"));
        }
    }

    #[test]
    fn only_one_of_the_two_headers_is_read() {
        let pairs = [
            ("host", "inner"),
            ("forwarded", "for=192.0.2.1;host=tandem.example"),
            ("x-forwarded-for", "192.0.2.2"),
        ];
        let trusting = ["--trusted-proxies", "127.0.0.1"];
        let told = client(&options(&trusting), [127, 0, 0, 1], &pairs);
        assert_eq!(told.address, IpAddr::from([192, 0, 2, 2]));
        let standard = [&trusting[..], &["--forwarded-header", "forwarded"]].concat();
        let told = client(&options(&standard), [127, 0, 0, 1], &pairs);
        assert_eq!(told.address, IpAddr::from([192, 0, 2, 1]));
        assert!(told.is_own("http://tandem.example"));
    }

    #[test]
    fn the_public_address_is_own_whatever_the_host_header() {
        let surroundings = options(&["--public-url", "https://Tandem.example:443/"]);
        let told = client(&surroundings, [127, 0, 0, 1], &[("host", "127.0.0.1:3000")]);
        assert_eq!(url(&told).as_deref(), Some("https://tandem.example"));
        assert!(told.is_own("https://tandem.example"));
        assert!(
            told.is_own("http://127.0.0.1:3000"),
            "by its own address, too"
        );
    }

    #[test]
    fn an_origin_is_own_by_its_host_and_port() {
        let surroundings = options(&[]);
        for (host, origin, expected) in [
            ("tandem.example", "http://tandem.example", true),
            ("tandem.example:80", "http://tandem.example", true),
            ("tandem.example", "https://tandem.example", true),
            ("TANDEM.example", "http://tandem.example", true),
            ("tandem.example:3000", "http://tandem.example:3000", true),
            ("[::1]:3000", "http://[::1]:3000", true),
            ("tandem.example:3000", "http://tandem.example", false),
            ("tandem.example", "http://tandem.example:3000", false),
            (
                "tandem.example",
                "http://tandem.example.evil.example",
                false,
            ),
            ("tandem.example", "http://user@tandem.example", false),
            ("tandem.example", "http://other.example", false),
            ("tandem.example", "null", false),
            ("tandem.example", "", false),
            ("tandem.example", "tandem.example", false),
            ("tandem.example", "ftp://tandem.example", false),
        ] {
            let host = HeaderMap::from_iter([(header::HOST, HeaderValue::from_static(host))]);
            let told = surroundings.client([192, 0, 2, 1].into(), &host);
            assert_eq!(told.is_own(origin), expected, "{origin} at {host:?}");
        }
    }
}
