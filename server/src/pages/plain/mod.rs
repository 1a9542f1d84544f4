//! What pages without a script have in common.

pub(crate) mod words;

use std::convert::Infallible;

use app::{Assets, Error, Words};
use axum::{
    extract::FromRequestParts,
    http::{header, request::Parts},
    response::{Html, IntoResponse, Response},
};
use leptos::prelude::*;

use self::words::PlainWords;
use crate::problem::status;

/// The content security policy: the page itself, and the style sheet.
pub(super) const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; \
     form-action 'self'; frame-ancestors 'none'";

/// The texts in the language that the client prefers.
#[derive(Clone, Copy)]
pub(crate) struct Language {
    /// The app's texts.
    pub(crate) words: &'static Words,
    pub(crate) plain: &'static PlainWords,
}

impl Language {
    pub(crate) fn of(headers: &axum::http::HeaderMap) -> Self {
        let ranges = headers.get_all(header::ACCEPT_LANGUAGE).iter();
        let ranges: Vec<_> = ranges.filter_map(|ranges| ranges.to_str().ok()).collect();
        let words = app::accepted_words(&ranges.join(","));
        Self {
            words,
            plain: words::of_language(words.lang),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Language {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers))
    }
}

/// Renders a page with its style sheet.
pub(crate) fn page(
    assets: &Assets,
    language: Language,
    title: &str,
    body: impl IntoView,
) -> Response {
    let page = view! {
        <html lang=language.words.lang>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover"/>
                <meta name="color-scheme" content="light dark"/>
                <title>{format!("{title} · Tandem")}</title>
                <link rel="icon" type="image/svg+xml" href="/favicon.svg"/>
                <link rel="stylesheet" href=assets.css.clone()/>
            </head>
            <body>{body}</body>
        </html>
    };
    let html = format!("<!DOCTYPE html>{}", page.to_html());
    ([(header::CONTENT_SECURITY_POLICY, POLICY)], Html(html)).into_response()
}

/// Renders an error page. Its texts contain nothing that was typed.
pub(crate) fn failure(
    assets: &Assets,
    language: Language,
    title: &'static str,
    error: &Error,
) -> Response {
    let page = message(assets, language, title, language.words.error(error));
    (status(error.status()), page).into_response()
}

/// Renders the page in place of one that cannot be shown right now, with a link to try again.
pub(crate) fn not_now(assets: &Assets, language: Language, text: String) -> Response {
    let words = language.words;
    let body = view! {
        <main class="sheet message">
            <h1>{words.not_now}</h1>
            <p>{text}</p>
            <p><a class="button" href="">{words.try_again}</a></p>
        </main>
    };
    page(assets, language, words.just_a_moment, body)
}

/// Renders the page for an address without one.
pub(crate) fn missing(assets: &Assets, language: Language) -> Response {
    let words = language.words;
    let body = view! {
        <main class="sheet message">
            <h1>{words.no_such_page}</h1>
            <p>{words.no_such_page_why}</p>
            <p><a class="button" href="/">{words.to_the_start}</a></p>
        </main>
    };
    page(assets, language, words.no_such_page, body)
}

/// Renders a page with a message about what was sent.
pub(crate) fn message(
    assets: &Assets,
    language: Language,
    title: &'static str,
    text: String,
) -> Response {
    let body = view! {
        <main class="sheet message">
            <h1>{title}</h1>
            <p>{text}</p>
            <p>{language.plain.keeps_typed}</p>
            <p><a class="button" href="/">{language.words.to_the_start}</a></p>
        </main>
    };
    page(assets, language, title, body)
}
