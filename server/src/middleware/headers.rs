use axum::{
    extract::Request,
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::Response,
};

/// Headers of every response whose handler does not set them: no type sniffing; no framing,
/// embedding or opener access by other sites, and no referrer to them; no browser features that
/// pages do not use; and no caching, since what is not an asset belongs to a list.
const HEADERS: [(HeaderName, HeaderValue); 8] = [
    (
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    ),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (
        header::REFERRER_POLICY,
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static(
            "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), \
             magnetometer=(), microphone=(), midi=(), payment=(), usb=()",
        ),
    ),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (ROBOTS, HeaderValue::from_static("noindex")),
];
const ROBOTS: HeaderName = HeaderName::from_static("x-robots-tag");

/// `Retry-After` of a 503, in seconds.
const RETRY_AFTER_SECONDS: HeaderValue = HeaderValue::from_static("10");

/// The content security policy of responses without their own: load nothing.
const POLICY: HeaderValue =
    HeaderValue::from_static("default-src 'none'; base-uri 'none'; frame-ancestors 'none'");

/// Adds the common headers.
pub(crate) async fn add(request: Request, next: Next) -> Response {
    let is_landing_page = request.uri().path() == "/";
    let mut response = next.run(request).await;
    for (name, value) in HEADERS {
        // The landing page is the only one that search engines may index.
        if !(is_landing_page && name == ROBOTS) {
            response.headers_mut().entry(name).or_insert(value);
        }
    }
    if response.status() == StatusCode::SERVICE_UNAVAILABLE {
        let wait = response.headers_mut().entry(header::RETRY_AFTER);
        wait.or_insert(RETRY_AFTER_SECONDS);
    }
    response
}

/// Adds the default content security policy. Not for the site's files: the service worker runs
/// under its script's policy, and `offline.html` has its own.
pub(crate) async fn add_policy(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let policy = response
        .headers_mut()
        .entry(header::CONTENT_SECURITY_POLICY);
    policy.or_insert(POLICY);
    response
}
