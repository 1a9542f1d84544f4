use axum::{
    extract::Request,
    http::{HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};

/// On every response, unless its handler knows better: types are not guessed, no other site frames
/// a page or learns its address, and nothing is kept, since what is not an asset is a list's.
const HEADERS: [(HeaderName, HeaderValue); 5] = [
    (
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    ),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (
        header::REFERRER_POLICY,
        HeaderValue::from_static("same-origin"),
    ),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (ROBOTS, HeaderValue::from_static("noindex")),
];
const ROBOTS: HeaderName = HeaderName::from_static("x-robots-tag");

pub(super) async fn add(request: Request, next: Next) -> Response {
    let is_landing_page = request.uri().path() == "/";
    let mut response = next.run(request).await;
    for (name, value) in HEADERS {
        // The one page that search engines may show.
        if !(is_landing_page && name == ROBOTS) {
            response.headers_mut().entry(name).or_insert(value);
        }
    }
    response
}
