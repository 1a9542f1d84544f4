//! Headers in which proxies describe the client.

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, HeaderName, header};

use super::TrustedProxies;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// What trusted proxies say about a client.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Forwarded {
    /// The last address in the chain that does not belong to a trusted proxy.
    pub(super) address: Option<IpAddr>,
    /// The host that the client requested.
    pub(super) host: Option<String>,
    /// The client's protocol, `http` or `https`.
    pub(super) proto: Option<String>,
}

/// Reads `X-Forwarded-For`, `-Host` and `-Proto`. The first host and protocol count: they are the
/// client's.
pub(super) fn x_forwarded(headers: &HeaderMap, trusted: &TrustedProxies) -> Forwarded {
    let first = |name| values(headers, &name).into_iter().next();
    let addresses = values(headers, &FORWARDED_FOR);
    let nodes = addresses.iter().map(|node| (&**node, ()));
    Forwarded {
        address: client(nodes, trusted).map(|(address, ())| address),
        host: first(FORWARDED_HOST),
        proto: first(FORWARDED_PROTO),
    }
}

/// Reads `Forwarded` ([RFC 7239](https://www.rfc-editor.org/rfc/rfc7239)). Host and protocol come
/// from the element of the proxy nearest to the client.
pub(super) fn forwarded(headers: &HeaderMap, trusted: &TrustedProxies) -> Forwarded {
    let mut hops = Vec::new();
    // Line by line from the last one: what the client sent must not reach into a proxy's line.
    for line in headers.get_all(header::FORWARDED).iter().rev() {
        let text = String::from_utf8_lossy(line.as_bytes());
        let Some(elements) = split(&text, ',') else {
            // The line is unusable, and so is everything before it.
            hops.push(Hop::default());
            break;
        };
        hops.extend(elements.into_iter().rev().map(Hop::parse));
    }
    hops.reverse();
    let nodes = hops.iter().map(|hop| (&*hop.node, hop));
    match client(nodes, trusted) {
        Some((address, hop)) => Forwarded {
            address: Some(address),
            host: hop.host.clone(),
            proto: hop.proto.clone(),
        },
        None => Forwarded::default(),
    }
}

/// Returns the values of a list header, across all its lines. Invalid bytes only spoil the value that
/// contains them.
fn values(headers: &HeaderMap, name: &HeaderName) -> Vec<String> {
    let mut values = Vec::new();
    for line in headers.get_all(name) {
        let line = String::from_utf8_lossy(line.as_bytes());
        let trimmed = line.split(',').map(str::trim);
        values.extend(trimmed.filter(|value| !value.is_empty()).map(str::to_owned));
    }
    values
}

/// Returns the last node that is not a trusted proxy, or the first node if all are. A node that is
/// not an address ends the search, since nothing before it can be trusted.
fn client<'a, T>(
    nodes: impl Iterator<Item = (&'a str, T)>,
    trusted: &TrustedProxies,
) -> Option<(IpAddr, T)> {
    let mut client = None;
    let nodes: Vec<_> = nodes.collect();
    for (node, of_node) in nodes.into_iter().rev() {
        let Some(address) = address(node) else {
            break;
        };
        client = Some((address, of_node));
        if !trusted.contain(address) {
            break;
        }
    }
    client
}

/// Reads `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]` and `[2001:db8::1]:80`.
fn address(node: &str) -> Option<IpAddr> {
    let bare = node
        .strip_prefix('[')
        .and_then(|node| node.strip_suffix(']'));
    let address = bare.unwrap_or(node).parse::<IpAddr>().ok();
    let with_port = || node.parse::<SocketAddr>().ok().map(|node| node.ip());
    Some(address.or_else(with_port)?.to_canonical())
}

/// One proxy's element of the `Forwarded` header.
#[derive(Default)]
struct Hop {
    node: String,
    host: Option<String>,
    proto: Option<String>,
}

impl Hop {
    fn parse(element: &str) -> Self {
        let mut hop = Self::default();
        // All quotes of an element are closed.
        for pair in split(element, ';').unwrap_or_default() {
            let Some((name, value)) = pair.split_once('=') else {
                continue;
            };
            let value = unquoted(value.trim());
            match &*name.trim().to_ascii_lowercase() {
                "for" => hop.node = value,
                "host" => hop.host = Some(value),
                "proto" => hop.proto = Some(value),
                _ => {}
            }
        }
        hop
    }
}

/// Splits at a separator that is not inside quotes. Returns `None` if a quote is not closed.
fn split(text: &str, separator: char) -> Option<Vec<&str>> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    let is_border = |c: char| {
        let was_escaped = std::mem::take(&mut is_escaped);
        match c {
            '\\' if is_quoted && !was_escaped => is_escaped = true,
            '"' if !was_escaped => is_quoted = !is_quoted,
            _ => {}
        }
        c == separator && !is_quoted
    };
    let parts = text.split(is_border).collect();
    (!is_quoted).then_some(parts)
}

fn unquoted(value: &str) -> String {
    let quoted = value
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'));
    match quoted {
        Some(text) => text.replace('\\', ""),
        None => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &'static str)| {
            (
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            )
        };
        pairs.iter().map(pair).collect()
    }

    fn trusted() -> TrustedProxies {
        let networks = ["10.0.0.0/8", "fd00::/8"];
        TrustedProxies::new(&networks.map(|network| network.parse().expect("a network")))
    }

    #[test]
    fn the_client_is_the_last_address_that_is_not_a_trusted_proxy() {
        for (told, expected) in [
            ("192.0.2.1", Some("192.0.2.1")),
            ("198.51.100.7, 192.0.2.1", Some("192.0.2.1")),
            ("198.51.100.7, 192.0.2.1, 10.0.0.2", Some("192.0.2.1")),
            ("10.0.0.1,10.0.0.2", Some("10.0.0.1")),
            ("192.0.2.1:4711", Some("192.0.2.1")),
            ("[2001:db8::1]:4711, fd00::2", Some("2001:db8::1")),
            ("[2001:db8::1]", Some("2001:db8::1")),
            ("::ffff:192.0.2.1", Some("192.0.2.1")),
            ("192.0.2.1, nonsense, 10.0.0.2", Some("10.0.0.2")),
            ("192.0.2.1, unknown", None),
            ("", None),
        ] {
            let headers = headers(&[("x-forwarded-for", told)]);
            let address = x_forwarded(&headers, &trusted()).address;
            let expected = expected.map(|text| text.parse::<IpAddr>().expect("an address"));
            assert_eq!(address, expected, "{told}");
        }
    }

    #[test]
    fn several_lines_are_one_list() {
        let headers = headers(&[
            ("x-forwarded-for", "198.51.100.7"),
            ("x-forwarded-for", "192.0.2.1"),
            ("x-forwarded-for", "10.0.0.1"),
        ]);
        let told = x_forwarded(&headers, &trusted());
        assert_eq!(told.address, Some([192, 0, 2, 1].into()));
    }

    #[test]
    fn the_first_host_and_protocol_count() {
        let headers = headers(&[
            ("x-forwarded-host", "tandem.example, inner.example"),
            ("x-forwarded-proto", "https,http"),
        ]);
        let told = x_forwarded(&headers, &trusted());
        assert_eq!(told.host.as_deref(), Some("tandem.example"));
        assert_eq!(told.proto.as_deref(), Some("https"));
    }

    #[test]
    fn the_standard_header_carries_all_three() {
        let headers = headers(&[
            (
                "forwarded",
                "for=198.51.100.7;proto=http;host=forged.example",
            ),
            (
                "forwarded",
                "For=\"[2001:db8::1]:4711\"; Proto=https;host=\"a,b;c.example\", for=10.0.0.2;proto=http",
            ),
        ]);
        let told = forwarded(&headers, &trusted());
        assert_eq!(
            told,
            Forwarded {
                address: Some("2001:db8::1".parse().expect("an address")),
                host: Some("a,b;c.example".to_owned()),
                proto: Some("https".to_owned()),
            }
        );
    }

    #[test]
    fn an_unclosed_quote_of_the_client_does_not_hide_the_proxys_words() {
        let real = Some(IpAddr::from([192, 0, 2, 1]));
        let open = [
            "for=198.51.100.7;x=\"",
            "for=198.51.100.7;x=\"\\",
            "for=198.51.100.7;x=\"a\\\"",
            "for=198.51.100.7,\"",
        ];
        let own = "for=192.0.2.1;proto=https";
        let quoted = "for=\"192.0.2.1:80\";host=\"tandem.example\"";
        for client in open {
            for proxy in [own, quoted] {
                let lines = headers(&[("forwarded", client), ("forwarded", proxy)]);
                assert_eq!(forwarded(&lines, &trusted()).address, real, "{client}");
                // In one line it cannot be told where the client's words end.
                let line = format!("{client}, {proxy}");
                let mut headers = HeaderMap::new();
                headers.insert("forwarded", line.parse().expect("a header"));
                assert_eq!(
                    forwarded(&headers, &trusted()),
                    Forwarded::default(),
                    "{line}"
                );
                headers.append("forwarded", HeaderValue::from_static("for=10.0.0.2"));
                let address = forwarded(&headers, &trusted()).address;
                assert_eq!(address, Some([10, 0, 0, 2].into()), "{line}");
            }
        }
    }

    #[test]
    fn invalid_bytes_only_spoil_the_value_that_contains_them() {
        for (name, text) in [
            ("x-forwarded-for", &b"\xff, 192.0.2.1"[..]),
            ("forwarded", b"for=\xff, for=192.0.2.1"),
        ] {
            let value = HeaderValue::from_bytes(text).expect("a header");
            let headers = HeaderMap::from_iter([(HeaderName::from_static(name), value)]);
            let told = match name {
                "forwarded" => forwarded(&headers, &trusted()),
                _ => x_forwarded(&headers, &trusted()),
            };
            assert_eq!(told.address, Some([192, 0, 2, 1].into()), "{name}");
        }
    }

    #[test]
    fn what_cannot_be_read_says_nothing() {
        for text in [
            "",
            "for",
            "for=",
            "=;=,=",
            "for=\"",
            "for=_hidden",
            "for=\"\\\"",
        ] {
            let headers = headers(&[("forwarded", text)]);
            assert_eq!(
                forwarded(&headers, &trusted()),
                Forwarded::default(),
                "{text}"
            );
        }
    }
}
