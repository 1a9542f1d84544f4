//! Calls by plain forms, which work before and without WASM: a person waits for a page, not for
//! JSON.

use app::Error;
use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::{Html, IntoResponse, Redirect, Response},
};

use super::plain::Language;

/// A call by a form, and where it came from.
pub(super) struct Form {
    back: String,
    language: Language,
}

impl Form {
    /// Takes note of the form that calls, if it is one, and lets the server function take it for a
    /// program, so that how to answer a person is decided here alone.
    pub(super) fn take(headers: &mut HeaderMap) -> Option<Self> {
        let accept = headers.get(header::ACCEPT)?.to_str().ok()?;
        if !accept.contains("text/html") {
            return None;
        }
        let back = headers.get(header::REFERER).and_then(path_of);
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        Some(Self {
            back: back.unwrap_or_else(|| "/".to_owned()),
            language: Language::of(headers),
        })
    }

    /// Leads to where the function says, or back to the form's page.
    pub(super) fn done(&self, response: &Response) -> Response {
        let to = response.headers().get(header::LOCATION);
        let to = to.and_then(|to| to.to_str().ok()).unwrap_or(&self.back);
        Redirect::to(to).into_response()
    }

    /// Says what was wrong. Blank texts are not worth a page: they lead back, as on the page that
    /// is alive.
    pub(super) fn failed(&self, error: &Error) -> Response {
        if matches!(error, Error::Refused(sync::Refusal::Blank { .. })) {
            return Redirect::to(&self.back).into_response();
        }
        let status =
            StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        // The texts of errors are our own, and hold nothing that was typed.
        let Language { words, plain } = self.language;
        let page = format!(
            "<!DOCTYPE html><html lang=\"{}\"><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width\">\
             <meta name=\"color-scheme\" content=\"light dark\"><title>{title} · Tandem</title>\
             <body style=\"font: 1.1rem/1.5 system-ui; max-width: 34rem; margin: 4rem auto; padding: 0 1rem\">\
             <h1>{title}</h1><p>{}</p><p>{}</p><p><a href=\"{back}\">{}</a></p>",
            words.lang,
            words.error(error),
            plain.keeps_typed,
            plain.back_to_page,
            title = plain.not_saved,
            back = escaped(&self.back),
        );
        (status, Html(page)).into_response()
    }
}

/// A path for an attribute.
fn escaped(path: &str) -> String {
    path.replace('&', "&amp;").replace('"', "&quot;")
}

/// The path of an address on this server; its query is of no use any more.
fn path_of(referer: &HeaderValue) -> Option<String> {
    let uri: Uri = referer.to_str().ok()?.parse().ok()?;
    let path = uri.path();
    // Two slashes would begin another host's address.
    (path.starts_with('/') && !path.starts_with("//")).then(|| path.to_owned())
}
