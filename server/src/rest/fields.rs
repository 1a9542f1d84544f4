use axum::{
    extract::{FromRequest, Request},
    http::{HeaderMap, StatusCode, header},
};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::MAX_BODY;
use crate::{
    body::{Gathered, gather},
    client::Network,
    problem::Problem,
    state::AppState,
};

/// The fields of a request's JSON body. Unknown fields are ignored; known ones of the wrong type
/// are refused by name.
pub(super) struct Fields(Map<String, Value>);

/// The fields of a request whose body is optional.
pub(super) struct OptionalFields(pub(super) Fields);

impl Fields {
    /// Returns a text field, if present.
    pub(super) fn text(&mut self, name: &str) -> Result<Option<String>, Problem> {
        match self.0.remove(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(wrong_type(name, "a string")),
        }
    }

    /// Returns a text or null, if present.
    pub(super) fn nullable_text(&mut self, name: &str) -> Result<Option<Option<String>>, Problem> {
        match self.0.remove(name) {
            None => Ok(None),
            Some(Value::Null) => Ok(Some(None)),
            Some(Value::String(text)) => Ok(Some(Some(text))),
            Some(_) => Err(wrong_type(name, "a string or null")),
        }
    }

    /// Returns a boolean, if present.
    pub(super) fn flag(&mut self, name: &str) -> Result<Option<bool>, Problem> {
        match self.0.remove(name) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(flag)),
            Some(_) => Err(wrong_type(name, "true or false")),
        }
    }

    /// Returns an id or null, if present.
    pub(super) fn nullable_id(&mut self, name: &str) -> Result<Option<Option<Uuid>>, Problem> {
        let Some(text) = self.nullable_text(name)? else {
            return Ok(None);
        };
        let id = text.map(|text| text.parse()).transpose();
        id.map(Some).map_err(|_| wrong_type(name, "a UUID or null"))
    }

    async fn read(request: Request) -> Result<Option<Self>, Problem> {
        let (parts, body) = request.into_parts();
        let network = Network::of_request(&parts.extensions);
        let Gathered {
            bytes: body,
            room: _until_it_is_read,
        } = gather(network, body, MAX_BODY).await?;
        if body.is_empty() {
            return Ok(None);
        }
        if !is_json(&parts.headers) {
            return Err(Problem::of(StatusCode::UNSUPPORTED_MEDIA_TYPE));
        }
        match serde_json::from_slice(&body) {
            Ok(Value::Object(fields)) => Ok(Some(Self(fields))),
            Ok(_) => Err(Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "The body must be a JSON object.",
            )),
            Err(error) => {
                let (line, column) = (error.line(), error.column());
                let detail = format!("The body is not JSON: see line {line}, column {column}.");
                Err(Problem::new(StatusCode::BAD_REQUEST, detail))
            }
        }
    }
}

impl FromRequest<AppState> for Fields {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &AppState) -> Result<Self, Problem> {
        let fields = Self::read(request).await?;
        fields.ok_or_else(|| {
            Problem::new(
                StatusCode::BAD_REQUEST,
                "The body is missing: send a JSON object.",
            )
        })
    }
}

impl FromRequest<AppState> for OptionalFields {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &AppState) -> Result<Self, Problem> {
        Ok(Self(
            Fields::read(request).await?.unwrap_or(Fields(Map::new())),
        ))
    }
}

/// Whether the content type is `application/json`, or another type that ends in `+json`.
fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
    else {
        return false;
    };
    let essence = value
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    essence == "application/json"
        || (essence.starts_with("application/") && essence.ends_with("+json"))
}

fn wrong_type(name: &str, expected: &str) -> Problem {
    Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        format!("`{name}` must be {expected}."),
    )
}
