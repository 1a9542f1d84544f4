//! Redirects each page's other spellings to its one address.

use std::borrow::Cow;

use axum::{
    extract::Request,
    http::{HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use percent_encoding::percent_decode_str;

/// Redirects `GET` and `HEAD` of `/<token>/`, `//<token>` and `/%61bc` to the canonical address, so
/// that a page, its cookies and its cached copies never exist twice. The query is kept.
pub(crate) async fn redirect(request: Request, next: Next) -> Response {
    let uri = request.uri();
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let Some(mut to) = canonical(uri.path()).filter(|_| is_read) else {
        return next.run(request).await;
    };
    if let Some(query) = uri.query() {
        to = format!("{to}?{query}");
    }
    match HeaderValue::from_str(&to) {
        Ok(to) => (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, to)]).into_response(),
        Err(_) => next.run(request).await,
    }
}

/// Returns the canonical form of a path, or `None` if the path is canonical.
///
/// The result begins with one slash, so it never names another host. The function is idempotent.
fn canonical(path: &str) -> Option<String> {
    // Browsers read a backslash as a slash, so the path could name another host.
    if path.contains('\\') {
        return None;
    }
    let mut canonical = String::with_capacity(path.len());
    for segment in path.split('/').filter(|segment| !segment.is_empty()) {
        canonical.push('/');
        canonical.push_str(&decoded(segment));
    }
    if canonical.is_empty() {
        canonical.push('/');
    }
    (canonical != path).then_some(canonical)
}

/// Returns the segment without needless percent-encoding. A segment that needs some stays as it is,
/// since no page has such an address.
fn decoded(segment: &str) -> Cow<'_, str> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._~".contains(c);
    match percent_decode_str(segment).decode_utf8() {
        // Browsers resolve `.` and `..`, and would end up elsewhere.
        Ok(text) if text.chars().all(is_plain) && !text.chars().all(|c| c == '.') => text,
        _ => Cow::Borrowed(segment),
    }
}

#[cfg(test)]
mod tests {
    use super::canonical;

    #[test]
    fn equal_paths_have_one_address() {
        for (path, expected) in [
            ("/abc/", Some("/abc")),
            ("//abc", Some("/abc")),
            ("/abc//active/", Some("/abc/active")),
            ("/%61bc", Some("/abc")),
            ("/abc/%61ctive", Some("/abc/active")),
            ("/abc%2Ddef", Some("/abc-def")),
            ("//evil.example/x", Some("/evil.example/x")),
            ("//", Some("/")),
            ("/", None),
            ("/abc", None),
            ("/abc/export.md", None),
            // An encoded slash is not a separator.
            ("/abc%2Factive", None),
            ("/%2e%2e/abc", None),
            ("/m%C3%BCll", None),
            ("/%ff", None),
            ("/100%25", None),
            (r"/\evil.example/", None),
            (r"//\evil.example", None),
            (r"/abc/\/evil.example", None),
            (r"/\/evil.example/", None),
        ] {
            let found = canonical(path);
            assert_eq!(found.as_deref(), expected, "{path}");
            assert_eq!(canonical(found.as_deref().unwrap_or("/")), None, "{path}");
        }
    }
}
