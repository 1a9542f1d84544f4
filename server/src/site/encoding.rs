use axum::http::{HeaderMap, header};

/// How a file's content is encoded for its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Brotli,
    Gzip,
    Identity,
}

impl Encoding {
    /// Its name in `Content-Encoding`; none for the content as it is.
    pub(super) fn name(self) -> Option<&'static str> {
        match self {
            Self::Brotli => Some("br"),
            Self::Gzip => Some("gzip"),
            Self::Identity => None,
        }
    }

    /// The one that the client likes best of those that there are; of equals, the smallest
    /// (RFC 9110, section 12.5.3). The content as it is, if nothing else is acceptable.
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

    /// In thousandths.
    fn quality(self, accepted: &[(&str, u16)]) -> u16 {
        let name = self.name().unwrap_or("identity");
        let quality_of = |name: &str| {
            accepted
                .iter()
                .find(|(coding, _)| coding.eq_ignore_ascii_case(name))
        };
        match (quality_of(name).or_else(|| quality_of("*")), self) {
            (Some((_, quality)), _) => *quality,
            // Not named, it is as welcome as the least that is.
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
    fn the_smallest_of_equals_is_sent() {
        assert_eq!(
            negotiate("gzip, deflate, br, zstd", &[Brotli, Gzip, Identity]),
            Brotli
        );
        assert_eq!(negotiate("gzip, deflate, br", &[Gzip, Identity]), Gzip);
        assert_eq!(negotiate("*", &[Brotli, Gzip, Identity]), Brotli);
    }

    #[test]
    fn what_the_client_likes_better_or_not_at_all_counts() {
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
    fn without_a_word_the_content_is_sent_as_it_is() {
        assert_eq!(Encoding::negotiate(&HeaderMap::new(), |_| true), Identity);
        assert_eq!(negotiate("", &[Brotli, Identity]), Identity);
        assert_eq!(negotiate("br;q=oops", &[Brotli, Identity]), Identity);
    }
}
