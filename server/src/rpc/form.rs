//! Calls of server functions by plain forms, which work without WASM and are answered with pages.

use app::{Assets, Error};
use axum::{
    http::{HeaderMap, HeaderValue, Uri, header},
    response::{IntoResponse, Redirect, Response},
};
use leptos::prelude::*;

use crate::{
    pages::plain::{self, Language},
    problem::status,
};

/// The header that marks a navigation, which expects a page whatever it accepts:
/// <https://www.w3.org/TR/fetch-metadata/>.
const MODE: &str = "sec-fetch-mode";

/// A call by a form, with the page that contains the form.
pub(super) struct Form {
    back: String,
    language: Language,
}

impl Form {
    /// Returns the form, if a form is calling. The server function always sees a call by a program,
    /// since the answers to forms are made here.
    pub(super) fn take(headers: &mut HeaderMap, body: &[u8]) -> Option<Self> {
        let is_form = is_form(headers);
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        is_form.then(|| Self {
            back: page_of(headers, body),
            language: Language::of(headers),
        })
    }

    /// Redirects to where the function says, else back to the form's page.
    pub(super) fn done(&self, response: &Response) -> Response {
        let to = response.headers().get(header::LOCATION);
        let to = to.and_then(|to| to.to_str().ok()).unwrap_or(&self.back);
        Redirect::to(to).into_response()
    }

    /// Returns an error page. A blank text leads back instead, as in the app.
    pub(super) fn failed(&self, assets: &Assets, error: &Error) -> Response {
        if matches!(error, Error::Refused(sync::Refusal::Blank { .. })) {
            return Redirect::to(&self.back).into_response();
        }
        let Language { words, plain } = self.language;
        let body = view! {
            <main class="sheet message">
                <h1>{plain.not_saved}</h1>
                <p>{words.error(error)}</p>
                <p>{plain.keeps_typed}</p>
                <p><a class="button" href=self.back.clone()>{plain.back_to_page}</a></p>
            </main>
        };
        let page = plain::page(assets, self.language, plain.not_saved, body);
        (status(error.status()), page).into_response()
    }
}

/// Whether a person is waiting for a page. Reads bytes, since headers need not be text.
pub(crate) fn is_form(headers: &HeaderMap) -> bool {
    let html = b"text/html";
    let mut accepted = headers.get_all(header::ACCEPT).iter();
    let navigates = headers
        .get(MODE)
        .is_some_and(|mode| mode.as_bytes() == b"navigate");
    navigates
        || accepted.any(|value| {
            let mut windows = value.as_bytes().windows(html.len());
            windows.any(|window| window.eq_ignore_ascii_case(html))
        })
}

/// Returns the path of the form's page: the `Referer` if it is a page of the list whose token the
/// form carries, else that list. Without a token, it is the landing page.
fn page_of(headers: &HeaderMap, body: &[u8]) -> String {
    let mut fields = form_urlencoded::parse(body);
    let token = fields
        .find(|(name, _)| name == "token")
        .map(|(_, value)| value)
        .filter(|token| is_token(token));
    let Some(token) = token else {
        return "/".to_owned();
    };
    let list = format!("/{token}");
    match headers.get(header::REFERER).and_then(path_of) {
        Some(path) if path.strip_prefix(&*list).is_some_and(is_view) => path,
        _ => list,
    }
}

/// Whether the text is safe to use as a token in an address.
fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

/// Whether the rest of a list's path names a view.
fn is_view(rest: &str) -> bool {
    rest.is_empty() || rest.strip_prefix('/').is_some_and(is_token)
}

/// Returns the path of an address, without host and query.
fn path_of(referer: &HeaderValue) -> Option<String> {
    let uri: Uri = referer.to_str().ok()?.parse().ok()?;
    Some(uri.path().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(referer: Option<&str>, body: &str) -> String {
        let mut headers = HeaderMap::new();
        if let Some(referer) = referer {
            let referer = HeaderValue::from_str(referer).expect("a header");
            headers.insert(header::REFERER, referer);
        }
        page_of(&headers, body.as_bytes())
    }

    #[test]
    fn a_form_leads_to_a_page_of_its_own_list_and_nowhere_else() {
        for (referer, body, expected) in [
            (None, "token=abc&shortdesc=x", "/abc"),
            (None, "shortdesc=token%3Dx&token=abc", "/abc"),
            (None, "", "/"),
            (None, "shortdesc=x", "/"),
            (None, "token=", "/"),
            (None, "token=%2F%2Fevil.example", "/"),
            (None, "token=a%0D%0Ab", "/"),
            (
                Some("http://host/abc/active?x=1"),
                "token=abc",
                "/abc/active",
            ),
            (Some("http://host/abc"), "token=abc", "/abc"),
            (Some("http://host/other"), "token=abc", "/abc"),
            (Some("http://host/abcdef"), "token=abc", "/abc"),
            (Some("http://host/abc/a/b"), "token=abc", "/abc"),
            (Some("http://host/abc//evil.example"), "token=abc", "/abc"),
            (
                Some("https://evil.example//evil.example"),
                "token=abc",
                "/abc",
            ),
            (Some("javascript:alert(1)"), "token=abc", "/abc"),
            (Some("http://host/somewhere"), "title=x", "/"),
        ] {
            assert_eq!(page(referer, body), expected, "{referer:?} {body}");
        }
    }

    #[test]
    fn any_of_the_headers_marks_a_form() {
        let mut headers = HeaderMap::new();
        assert!(!is_form(&headers));
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        assert!(!is_form(&headers));
        let odd = HeaderValue::from_bytes(b"text/html, \xff/*").expect("a header");
        headers.append(header::ACCEPT, odd);
        assert!(is_form(&headers));
        headers.remove(header::ACCEPT);
        headers.insert(MODE, HeaderValue::from_static("navigate"));
        assert!(is_form(&headers));
    }
}
