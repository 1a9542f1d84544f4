//! The address under which people reach the server, and the syntax of hosts.

use std::str::FromStr;

use axum::http::{Uri, uri::Authority};

/// How clients speak HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    Http,
    Https,
}

impl Scheme {
    /// Returns the scheme as it is written in an address, in any case.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::Http, Self::Https]
            .into_iter()
            .find(|scheme| scheme.name().eq_ignore_ascii_case(text))
    }

    fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    fn default_port(self) -> &'static str {
        match self {
            Self::Http => ":80",
            Self::Https => ":443",
        }
    }
}

/// The address under which people reach the server: scheme, host, and port unless it is the
/// scheme's default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl {
    scheme: Scheme,
    host: String,
}

impl PublicUrl {
    /// Creates the address of a host, normalized: lower case, without the default port.
    pub(crate) fn new(scheme: Scheme, host: &str) -> Self {
        let host = host.to_ascii_lowercase();
        let host = host.strip_suffix(scheme.default_port()).unwrap_or(&host);
        let host = host.to_owned();
        Self { scheme, host }
    }

    /// Returns the host, with its port unless that is the scheme's default.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// Returns the scheme.
    pub(crate) fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// Returns the origin: the address without a trailing slash.
    pub(crate) fn origin(&self) -> String {
        format!("{}://{}", self.scheme.name(), self.host)
    }
}

impl FromStr for PublicUrl {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let uri: Uri = text
            .parse()
            .map_err(|_| "it must be an address such as https://tandem.example")?;
        let scheme = uri.scheme_str().and_then(Scheme::parse);
        let scheme = scheme.ok_or("it must begin with https:// or http://")?;
        let host = uri.authority().map(Authority::as_str).and_then(plain_host);
        let host = host.ok_or("it must name a host, and nobody's name or password")?;
        if !matches!(uri.path(), "" | "/") || uri.query().is_some() {
            return Err(
                "it must end with the host: Tandem has an address of its own, not a folder",
            );
        }
        Ok(Self::new(scheme, host))
    }
}

/// Returns the text if it is a plain host name with an optional port, which is safe to put into
/// headers and pages.
pub(crate) fn plain_host(host: &str) -> Option<&str> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".:-_[]".contains(&byte);
    (!host.is_empty() && host.bytes().all(is_plain)).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_address_is_a_scheme_and_a_host() {
        for text in [
            "",
            "tandem.example",
            "ftp://tandem.example",
            "https://",
            "https://a/b",
            "https://a/?b",
            "https://a:b@c",
        ] {
            assert!(text.parse::<PublicUrl>().is_err(), "{text}");
        }
    }
}
