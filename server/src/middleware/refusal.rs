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

/// Why a request is refused.
pub(super) enum Refused {
    /// A page of another site caused the request, or the server does not recognize its own address.
    /// Holds the page's origin, if valid.
    Foreign(Option<String>),
    /// The client has exceeded its limit, and has to wait.
    TooMany(Duration),
}

/// Returns the response: a page for a form, an error of a server function for a call by the app,
/// and problem details otherwise.
pub(super) fn answer(request: Request, refused: &Refused) -> Response {
    let (parts, _) = request.into_parts();
    let (status, wait) = match refused {
        Refused::Foreign(_) => (StatusCode::FORBIDDEN, None),
        Refused::TooMany(wait) => (StatusCode::TOO_MANY_REQUESTS, Some(whole_seconds(*wait))),
    };
    let assets = parts.extensions.get::<Assets>();
    let mut response = match (assets, refused) {
        (Some(assets), _) if form::is_form(&parts.headers) => {
            let language = Language::of(&parts.headers);
            let words = language.plain;
            let text = match refused {
                Refused::Foreign(origin) => words.foreign(origin.as_deref()),
                Refused::TooMany(_) => words.too_many.to_owned(),
            };
            let title = if parts.method.is_safe() {
                language.words.not_now
            } else {
                words.not_saved
            };
            plain::message(assets, language, title, text)
        }
        (_, Refused::TooMany(_)) if rpc::is_call(&parts.uri, &parts.headers) => {
            rpc::failure(&Error::Unavailable)
        }
        (_, Refused::Foreign(_)) if rpc::is_call(&parts.uri, &parts.headers) => {
            rpc::failure(&Error::ForeignOrigin)
        }
        (_, Refused::Foreign(origin)) => foreign(origin.as_deref()).into_response(),
        (_, Refused::TooMany(_)) => Problem::of(status).into_response(),
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
