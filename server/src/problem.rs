use app::Error;
use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use sync::Refusal;

/// An error as problem details (RFC 9457). Its texts are for clients and contain nothing internal.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Problem {
    r#type: &'static str,
    title: &'static str,
    status: u16,
    detail: String,
    /// Machine-readable reason why a value was refused: `code`, with `field`, `limit` and `length` where
    /// they apply.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    refusal: Option<Refusal>,
    /// Machine-readable kind of problem, where the status alone is ambiguous.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
}

impl Problem {
    /// Creates a problem with a detail text of its own.
    pub(crate) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            // With this type, the title is the status's own phrase.
            r#type: "about:blank",
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            detail: detail.into(),
            refusal: None,
            code: None,
        }
    }

    /// Sets the machine-readable kind, which must differ from the codes of [`Refusal`].
    #[must_use]
    pub(crate) fn with_code(self, code: &'static str) -> Self {
        Self {
            code: Some(code),
            ..self
        }
    }

    /// Creates the problem that a status stands for.
    pub(crate) fn of(status: StatusCode) -> Self {
        let detail = match status {
            StatusCode::NOT_FOUND => "There is nothing at this address.",
            StatusCode::METHOD_NOT_ALLOWED => "This address does not support this method.",
            StatusCode::UNSUPPORTED_MEDIA_TYPE => {
                "The body must be JSON: `Content-Type: application/json`."
            }
            StatusCode::UPGRADE_REQUIRED => "This address accepts WebSocket connections only.",
            StatusCode::TOO_MANY_REQUESTS => {
                "Too many requests came from this network. Wait as long as Retry-After says."
            }
            StatusCode::REQUEST_TIMEOUT => "The request's body did not arrive in time.",
            StatusCode::FORBIDDEN => "Requests from other sites' pages are not accepted.",
            _ => "The request cannot be handled.",
        };
        Self::new(status, detail)
    }
}

/// Returns the status with this number, or 500 if there can be none. For the app's errors and pages,
/// which know no HTTP types.
pub(crate) fn status(number: u16) -> StatusCode {
    StatusCode::from_u16(number).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let problem = Self::new(status(error.status()), error.to_string());
        match error {
            Error::Refused(refusal) => Self {
                refusal: Some(refusal),
                ..problem
            },
            Error::ForeignOrigin => problem.with_code("foreign_origin"),
            Error::StorageFull => problem.with_code("storage_full"),
            _ => problem,
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body =
            serde_json::to_string(&self).expect("a problem has string keys and plain values");
        (
            status(self.status),
            [(header::CONTENT_TYPE, "application/problem+json")],
            body,
        )
            .into_response()
    }
}
