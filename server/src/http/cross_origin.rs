use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, StatusCode, Uri, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::Problem;

/// From where the browser was made to send a request: <https://www.w3.org/TR/fetch-metadata/>.
const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Refuses what a page of another site makes a browser send. There are no cookies that it could
/// misuse, but it could fill the server with lists.
///
/// Programs that are no browsers send neither header, and are none of this.
pub(super) async fn refuse(request: Request, next: Next) -> Response {
    if request.method().is_safe() || is_own(request.headers()) {
        next.run(request).await
    } else {
        Problem::of(StatusCode::FORBIDDEN).into_response()
    }
}

/// Fetch metadata says it outright; where a browser sends none (an old one, or over plain HTTP), its
/// `Origin` must name the host that it speaks to.
fn is_own(headers: &HeaderMap) -> bool {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text(SITE) {
        return matches!(site, "same-origin" | "none");
    }
    let Some(origin) = headers.get(header::ORIGIN) else {
        return true;
    };
    let origin = origin
        .to_str()
        .ok()
        .and_then(|origin| origin.parse::<Uri>().ok());
    match (origin.as_ref().and_then(Uri::authority), text(header::HOST)) {
        (Some(origin), Some(host)) => origin.as_str() == host,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderName, HeaderValue};

    use super::is_own;

    fn headers<const N: usize>(headers: [(&'static str, &'static str); N]) -> HeaderMap {
        let pair = |(name, value)| {
            (
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            )
        };
        headers.into_iter().map(pair).collect()
    }

    #[test]
    fn programs_and_own_pages_may_write() {
        assert!(is_own(&headers([])));
        assert!(is_own(&headers([("sec-fetch-site", "same-origin")])));
        assert!(is_own(&headers([
            ("host", "tandem.example:3000"),
            ("origin", "http://tandem.example:3000")
        ])));
    }

    #[test]
    fn pages_of_other_sites_may_not() {
        assert!(!is_own(&headers([("sec-fetch-site", "cross-site")])));
        assert!(!is_own(&headers([("sec-fetch-site", "same-site")])));
        assert!(!is_own(&headers([
            ("host", "tandem.example"),
            ("origin", "https://other.example")
        ])));
        assert!(!is_own(&headers([
            ("host", "tandem.example"),
            ("origin", "null")
        ])));
    }
}
