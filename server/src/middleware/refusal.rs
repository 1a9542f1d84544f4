//! Responses to requests that are refused before their handler, for programs, for the app and for
//! people.

use std::time::Duration;

use app::{Assets, Error};
use axum::{
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::{
    pages::plain::{self, Language},
    problem::Problem,
    rpc::{self, form},
};

/// `Retry-After` of [`Refused::Busy`], in seconds.
const BUSY_SECONDS: u64 = 5;

/// Why a request is refused.
pub(super) enum Refused {
    /// A page of another site caused the request, or the server does not recognize its own address.
    /// Holds the page's origin, if valid.
    Foreign(Option<String>),
    /// The client has exceeded its limit, and has to wait.
    TooMany(Duration),
    /// Too much is on its way to clients that read slowly.
    Busy,
}

/// Who waits for the response, and so its format.
pub(super) enum Reader {
    /// A person, who gets a page.
    Person {
        assets: Assets,
        language: Language,
        /// Whether the request would have changed nothing.
        is_safe: bool,
    },
    /// The app, which gets an error of a server function.
    App,
    /// A program, which gets problem details.
    Program,
}

impl Reader {
    pub(super) fn of(request: &Request) -> Self {
        let headers = request.headers();
        match request.extensions().get::<Assets>() {
            Some(assets) if form::is_form(headers) => Self::Person {
                assets: assets.clone(),
                language: Language::of(headers),
                is_safe: request.method().is_safe(),
            },
            _ if rpc::is_call(request.uri(), headers) => Self::App,
            _ => Self::Program,
        }
    }
}

/// Returns the response to a request that is refused.
pub(super) fn answer(reader: Reader, refused: &Refused) -> Response {
    let (status, wait) = match refused {
        Refused::Foreign(_) => (StatusCode::FORBIDDEN, None),
        Refused::TooMany(wait) => (StatusCode::TOO_MANY_REQUESTS, Some(whole_seconds(*wait))),
        Refused::Busy => (StatusCode::SERVICE_UNAVAILABLE, Some(BUSY_SECONDS)),
    };
    let mut response = match reader {
        Reader::Person {
            assets,
            language,
            is_safe,
        } => {
            let words = language.plain;
            let text = match refused {
                Refused::Foreign(origin) => words.foreign(origin.as_deref()),
                Refused::TooMany(_) => words.too_many.to_owned(),
                Refused::Busy => words.busy.to_owned(),
            };
            if is_safe {
                plain::not_now(&assets, language, text)
            } else {
                plain::message(&assets, language, words.not_saved, text)
            }
        }
        Reader::App => rpc::failure(match refused {
            Refused::Foreign(_) => &Error::ForeignOrigin,
            Refused::TooMany(_) | Refused::Busy => &Error::Unavailable,
        }),
        Reader::Program => match refused {
            Refused::Foreign(origin) => foreign(origin.as_deref()).into_response(),
            Refused::TooMany(_) | Refused::Busy => Problem::of(status).into_response(),
        },
    };
    *response.status_mut() = status;
    if let Some(seconds) = wait {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// Rounds up, so that a client that waits this long has waited enough.
fn whole_seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

fn foreign(origin: Option<&str>) -> Problem {
    let detail = match origin {
        Some(origin) => format!(
            "Requests from other sites' pages are not accepted, and {origin} is not known to be this \
             server. If it is, start Tandem with --public-url {origin}, or have the proxy pass on \
             the Host header."
        ),
        None => "Requests from other sites' pages are not accepted.".to_owned(),
    };
    Problem::new(StatusCode::FORBIDDEN, detail).with_code("foreign_origin")
}
