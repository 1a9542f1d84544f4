use std::time::Duration;

use axum::{
    extract::{MatchedPath, Request},
    response::Response,
};
use tower_http::{
    classify::{ServerErrorsAsFailures, SharedClassifier},
    trace::{MakeSpan, OnResponse, TraceLayer},
};
use tracing::Span;

/// Logs requests by their route. A path is never logged: whoever reads a list's path can write to
/// the list.
pub(super) fn layer() -> TraceLayer<SharedClassifier<ServerErrorsAsFailures>, ByRoute, Status, (), (), (), ()> {
    TraceLayer::new_for_http()
        .make_span_with(ByRoute)
        .on_response(Status)
        .on_request(())
        .on_body_chunk(())
        .on_eos(())
        .on_failure(())
}

#[derive(Clone)]
pub(super) struct ByRoute;

impl<B> MakeSpan<B> for ByRoute {
    fn make_span(&mut self, request: &Request<B>) -> Span {
        let route = request.extensions().get::<MatchedPath>().map_or("-", MatchedPath::as_str);
        tracing::debug_span!("request", method = %request.method(), route)
    }
}

#[derive(Clone)]
pub(super) struct Status;

impl<B> OnResponse<B> for Status {
    fn on_response(self, response: &Response<B>, latency: Duration, _: &Span) {
        let (status, ms) = (response.status().as_u16(), latency.as_millis());
        tracing::debug!(status, ms, "answered");
    }
}
