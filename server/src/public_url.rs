//! The address under which people reach the server, and what counts as a host.

use std::str::FromStr;

use axum::http::{Uri, uri::Authority};

/// The address under which people reach the server: a scheme, a host, and a port unless it is the
/// scheme's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl {
    scheme: &'static str,
    host: String,
}

impl PublicUrl {
    /// The address of a host; equal ones are equal, however they were written.
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

    /// The host, with a port unless it is the scheme's own.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    pub(crate) fn is_https(&self) -> bool {
        self.scheme == "https"
    }

    /// The address without a slash at its end.
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

/// The host, if it is nothing else: it is quoted in headers and pages.
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
