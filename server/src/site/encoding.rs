use axum::http::{HeaderMap, header};

/// The content encoding of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Brotli,
    Gzip,
    Identity,
}

impl Encoding {
    /// Returns the name in `Content-Encoding`, or `None` for identity.
    pub(super) fn name(self) -> Option<&'static str> {
        match self {
            Self::Brotli => Some("br"),
            Self::Gzip => Some("gzip"),
            Self::Identity => None,
        }
    }

    /// Returns the available encoding that the client prefers; of equals, the smallest (RFC 9110,
    /// section 12.5.3). Falls back to identity.
    pub(super) fn negotiate(headers: &HeaderMap, is_there: impl Fn(Self) -> bool) -> Self {
        let accepted = headers.get_all(header::ACCEPT_ENCODING);
        let accepted: Vec<_> = accepted
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(app::weighted)
            .collect();
        let mut best = (Self::Identity, 0);
        for encoding in [Self::Brotli, Self::Gzip, Self::Identity] {
            let quality = encoding.quality(&accepted);
            if quality > best.1 && is_there(encoding) {
                best = (encoding, quality);
            }
        }
        best.0
    }

    /// Returns the client's preference, in thousandths.
    fn quality(self, accepted: &[(&str, u16)]) -> u16 {
        let name = self.name().unwrap_or("identity");
        let quality_of = |name: &str| {
            accepted
                .iter()
                .find(|(coding, _)| coding.eq_ignore_ascii_case(name))
        };
        match (quality_of(name).or_else(|| quality_of("*")), self) {
            (Some((_, quality)), _) => *quality,
            // Unless named, identity is the last resort.
            (None, Self::Identity) => 1,
            (None, _) => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, header::ACCEPT_ENCODING};

    use super::Encoding::{self, Brotli, Gzip, Identity};

    fn negotiate(accepted: &'static str, there: &[Encoding]) -> Encoding {
        let headers = HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(accepted))]);
        Encoding::negotiate(&headers, |encoding| there.contains(&encoding))
    }

    #[test]
    fn of_equal_preferences_the_smallest_is_sent() {
        assert_eq!(
            negotiate("gzip, deflate, br, zstd", &[Brotli, Gzip, Identity]),
            Brotli
        );
        assert_eq!(negotiate("gzip, deflate, br", &[Gzip, Identity]), Gzip);
        assert_eq!(negotiate("*", &[Brotli, Gzip, Identity]), Brotli);
    }

    #[test]
    fn the_clients_preferences_and_refusals_count() {
        assert_eq!(
            negotiate("br;q=0.5, gzip;q=0.8", &[Brotli, Gzip, Identity]),
            Gzip
        );
        assert_eq!(
            negotiate("br; q=0.5, gzip; q=0.8", &[Brotli, Gzip, Identity]),
            Gzip
        );
        assert_eq!(negotiate("br;q=0, gzip", &[Brotli, Gzip, Identity]), Gzip);
        assert_eq!(
            negotiate("br;q=0, *;q=0.1", &[Brotli, Gzip, Identity]),
            Gzip
        );
        assert_eq!(
            negotiate("identity, br;q=0.5", &[Brotli, Identity]),
            Identity
        );
    }

    #[test]
    fn without_a_preference_the_content_is_sent_unencoded() {
        assert_eq!(Encoding::negotiate(&HeaderMap::new(), |_| true), Identity);
        assert_eq!(negotiate("", &[Brotli, Identity]), Identity);
        assert_eq!(negotiate("br;q=oops", &[Brotli, Identity]), Identity);
    }
}
