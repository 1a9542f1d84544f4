//! Which client a request comes from, and under which address that client reaches the server.
//!
//! Only proxies that the operator trusts are believed: other clients could send any header.

mod forwarded;
mod identity;

pub(crate) use identity::{Client, Surroundings, identify};

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use axum::http::Extensions;
use ipnet::IpNet;

/// What a limit per client counts as one client: an IPv4 address, or the /64 network of an IPv6
/// address, since a client can choose the other 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Network(IpAddr);

impl Network {
    /// Returns the network of a request's client.
    pub(crate) fn of_request(extensions: &Extensions) -> Self {
        let client = extensions.get::<Client>();
        Self::of(client.map_or(Ipv4Addr::UNSPECIFIED.into(), |client| client.address))
    }

    pub(crate) fn of(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V6(address) => {
                let prefix = address.to_bits() & !u128::from(u64::MAX);
                IpAddr::V6(Ipv6Addr::from_bits(prefix))
            }
            address @ IpAddr::V4(_) => address,
        })
    }
}

/// The networks of trusted proxies.
#[derive(Clone, Debug, Default)]
pub(crate) struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    pub(crate) fn new(networks: &[IpNet]) -> Self {
        Self(networks.iter().copied().map(canonical).collect())
    }

    pub(crate) fn contain(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// Returns the IPv4 network of an IPv4-mapped IPv6 network; addresses are compared in that form.
fn canonical(network: IpNet) -> IpNet {
    const MAPPED_BITS: u8 = 96;
    let mapped = match network {
        IpNet::V6(network) => network.network().to_ipv4_mapped(),
        IpNet::V4(_) => None,
    };
    let length = network.prefix_len().checked_sub(MAPPED_BITS);
    let mapped = mapped
        .zip(length)
        .and_then(|(address, length)| IpNet::new(address.into(), length).ok());
    mapped.unwrap_or(network)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipv6_client_is_its_network() {
        let of = |text: &str| Network::of(text.parse().expect("an address"));
        assert_eq!(
            of("2001:db8:1:2::1"),
            of("2001:db8:1:2:ffff:ffff:ffff:ffff")
        );
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
    }

    #[test]
    fn proxies_are_named_by_address_or_network() {
        let networks = [
            "10.0.0.0/8",
            "2001:db8::/32",
            "192.0.2.1/32",
            "::ffff:172.16.0.0/108",
        ];
        let networks = networks.map(|network| network.parse().expect("a network"));
        let trusted = TrustedProxies::new(&networks);
        for (address, expected) in [
            ("10.1.2.3", true),
            ("::ffff:10.1.2.3", true),
            ("11.0.0.1", false),
            ("2001:db8:ffff::1", true),
            ("192.0.2.1", true),
            ("192.0.2.2", false),
            ("172.16.0.1", true),
            ("172.32.0.1", false),
        ] {
            let address = address.parse().expect("an address");
            assert_eq!(trusted.contain(address), expected, "{address}");
        }
        assert!(!TrustedProxies::default().contain([127, 0, 0, 1].into()));
    }
}
