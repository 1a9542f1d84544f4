//! The address under which people reach the server, and the syntax of hosts.

use std::str::FromStr;

use axum::http::{Uri, uri::Authority};

/// The address under which people reach the server: scheme, host, and port unless it is the
/// scheme's default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl {
    scheme: &'static str,
    host: String,
}

impl PublicUrl {
    /// Creates the address of a host, normalized: lower case, without the default port.
    pub(crate) fn new(is_https: bool, host: &str) -> Self {
        let (scheme, port) = if is_https {
            ("https", ":443")
        } else {
            ("http", ":80")
        };
        let host = host.to_ascii_lowercase();
        let host = host.strip_suffix(port).unwrap_or(&host).to_owned();
        Self { scheme, host }
    }

    /// Returns the host, with its port unless that is the scheme's default.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    pub(crate) fn is_https(&self) -> bool {
        self.scheme == "https"
    }

    /// Returns the origin: the address without a trailing slash.
    pub(crate) fn origin(&self) -> String {
        format!("{}://{}", self.scheme, self.host)
    }
}

impl FromStr for PublicUrl {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let uri: Uri = text
            .parse()
            .map_err(|_| "it must be an address such as https://tandem.example")?;
        let is_https = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err("it must begin with https:// or http://"),
        };
        let host = uri.authority().map(Authority::as_str).and_then(plain_host);
        let host = host.ok_or("it must name a host, and nobody's name or password")?;
        if !matches!(uri.path(), "" | "/") || uri.query().is_some() {
            return Err(
                "it must end with the host: Tandem has an address of its own, not a folder",
            );
        }
        Ok(Self::new(is_https, host))
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
