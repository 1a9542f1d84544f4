use axum::{
    extract::Request,
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::Response,
};

/// On every response, unless its handler knows better: types are not guessed; no other site frames,
/// embeds or opens a page with a handle to it, or learns its address; a page gets no powers that it does
/// not use; and nothing is kept, since what is not an asset is a list's.
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

/// When to try again what cannot be done now, in seconds.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("10");

/// What a response may load that says nothing of its own about that: nothing.
const POLICY: HeaderValue =
    HeaderValue::from_static("default-src 'none'; base-uri 'none'; frame-ancestors 'none'");

/// Adds the headers that all responses have.
pub(crate) async fn add(request: Request, next: Next) -> Response {
    let is_landing_page = request.uri().path() == "/";
    let mut response = next.run(request).await;
    for (name, value) in HEADERS {
        // The one page that search engines may show.
        if !(is_landing_page && name == ROBOTS) {
            response.headers_mut().entry(name).or_insert(value);
        }
    }
    if response.status() == StatusCode::SERVICE_UNAVAILABLE {
        let wait = response.headers_mut().entry(header::RETRY_AFTER);
        wait.or_insert(RETRY_AFTER);
    }
    response
}

/// Adds a content security policy to what has none. Not for the site's files: the service worker runs
/// under the policy of its own script, and `offline.html` brings its own.
pub(crate) async fn add_policy(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let policy = response
        .headers_mut()
        .entry(header::CONTENT_SECURITY_POLICY);
    policy.or_insert(POLICY);
    response
}
