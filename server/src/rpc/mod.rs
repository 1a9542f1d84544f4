//! The server functions over HTTP, under `/rpc`.

pub(crate) mod form;

use app::{Assets, Error};
use axum::{
    Extension,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use leptos::{
    context::provide_context,
    server_fn::{
        axum::get_server_fn_service,
        error::{FromServerFnError, SERVER_FN_ERROR_HEADER},
    },
};

use self::form::Form;
use crate::{
    body::{Gathered, gather},
    client::Network,
    problem::{Problem, status},
    state::AppState,
};

/// Largest body of a call, in bytes. A replica's pushes are smaller.
const MAX_BODY: usize = 1024 * 1024;
/// Largest error of a server function, in bytes.
const MAX_ERROR: usize = 64 * 1024;

/// Calls a server function. Leptos answers every error with 500; here each has its own status.
pub(crate) async fn call(
    State(state): State<AppState>,
    Extension(assets): Extension<Assets>,
    request: Request,
) -> Response {
    if get_server_fn_service(request.uri().path(), request.method().clone()).is_none() {
        return Problem::of(StatusCode::NOT_FOUND).into_response();
    }
    let (mut parts, body) = request.into_parts();
    let body = gather(Network::of_request(&parts.extensions), body, MAX_BODY).await;
    let fields = body.as_ref().map_or(&[][..], |body| &*body.bytes);
    let form = Form::take(&mut parts.headers, fields);
    let result = match body {
        Ok(Gathered {
            bytes,
            room: _until_it_is_done,
        }) => {
            let request = Request::from_parts(parts, Body::from(bytes));
            let context = move || provide_context(state.service.clone());
            let response = leptos_axum::handle_server_fns_with_context(context, request).await;
            result_of(response.into_response()).await
        }
        Err(error) => Err(error),
    };
    match (form, result) {
        (None, Ok(response)) => response,
        (None, Err(error)) => failure(&error),
        (Some(form), Ok(response)) => form.done(&response),
        (Some(form), Err(error)) => form.failed(&assets, &error),
    }
}

/// Separates a function's answer from its error.
async fn result_of(response: Response) -> Result<Response, Error> {
    let is_error = response.status() == StatusCode::INTERNAL_SERVER_ERROR
        && response.headers().contains_key(SERVER_FN_ERROR_HEADER);
    if !is_error {
        return Ok(response);
    }
    let body = to_bytes(response.into_body(), MAX_ERROR)
        .await
        .unwrap_or_default();
    Err(Error::de(body))
}

/// Returns an error in the format of server functions.
pub(crate) fn failure(error: &Error) -> Response {
    let json = HeaderValue::from_static("application/json");
    let marker = HeaderValue::from_static("");
    let headers = [
        (header::CONTENT_TYPE, json),
        (
            header::HeaderName::from_static(SERVER_FN_ERROR_HEADER),
            marker,
        ),
    ];
    (status(error.status()), headers, error.ser()).into_response()
}

/// Whether the app calls a function, in JSON. It expects errors in the format of server functions.
pub(crate) fn is_call(uri: &Uri, headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE);
    let is_json = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    is_json && uri.path().starts_with("/rpc/")
}
