//! Serves one connection, from its first request to its end.

use std::{
    convert::Infallible,
    future::poll_fn,
    net::SocketAddr,
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll, ready},
};

use app::Error;
use axum::{
    Router,
    body::{Body, Bytes},
    extract::{ConnectInfo, Request},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use http_body::{Body as _, Frame, SizeHint};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::time::{self, Instant};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use super::{
    Deadlines,
    activity::{Activity, Overdue},
    stream::Stream,
};
use crate::{problem::Problem, rpc};

/// Largest request head, and largest part of a body read at once, in bytes.
const MAX_BUFFER: usize = 64 * 1024;

/// Serves a connection until the client closes it, misses a deadline, or is evicted. After
/// `stopping`, only the request under way is answered.
pub(super) async fn serve(
    stream: Stream,
    peer: SocketAddr,
    activity: Arc<Activity>,
    router: Router,
    deadlines: Deadlines,
    stopping: CancellationToken,
) {
    let service = service_fn(|request| answer(request, peer, activity.clone(), router.clone()));
    let connection = http1::Builder::new()
        // `Activity` has the deadlines.
        .header_read_timeout(None)
        .max_buf_size(MAX_BUFFER)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = pin!(connection);
    let mut alarm = pin!(time::sleep_until(Instant::now() + deadlines.head));
    let mut stopping = pin!(stopping.cancelled());
    let mut is_stopping = false;
    poll_fn(|context| {
        if !is_stopping && stopping.as_mut().poll(context).is_ready() {
            is_stopping = true;
            connection.as_mut().graceful_shutdown();
        }
        if activity.is_evicted(context.waker()) {
            return Poll::Ready(());
        }
        loop {
            if connection.as_mut().poll(context).is_ready() {
                return Poll::Ready(());
            }
            if is_stopping && activity.has_nothing_under_way() {
                return Poll::Ready(());
            }
            let Some((deadline, overdue)) = activity.deadline(&deadlines) else {
                return Poll::Pending;
            };
            if deadline < alarm.deadline() || alarm.is_elapsed() {
                alarm.as_mut().reset(deadline);
            }
            ready!(alarm.as_mut().poll(context));
            match overdue {
                _ if Instant::now() < deadline => {}
                Overdue::Body => activity.give_up_body(),
                Overdue::Connection => return Poll::Ready(()),
            }
        }
    })
    .await;
}

/// Answers a request; with 408 if its body does not arrive in time.
async fn answer(
    request: Request<Incoming>,
    peer: SocketAddr,
    activity: Arc<Activity>,
    router: Router,
) -> Result<Response<AnswerBody>, Infallible> {
    activity.request_began();
    if request.body().is_end_stream() {
        activity.body_ended();
    }
    let mut request = request.map(|body| {
        let activity = activity.clone();
        Body::new(RequestBody { body, activity })
    });
    request.extensions_mut().insert(ConnectInfo(peer));
    let is_call = rpc::is_call(request.uri(), request.headers());
    let mut handled = pin!(router.oneshot(request));
    let response = poll_fn(|context| {
        if activity.is_given_up() {
            let failure = if is_call {
                rpc::failure(&Error::Unavailable)
            } else {
                Problem::of(StatusCode::REQUEST_TIMEOUT).into_response()
            };
            Poll::Ready(Ok(overdue(failure)))
        } else {
            handled.as_mut().poll(context)
        }
    });
    let response = response.await?;
    if response.status() == StatusCode::SWITCHING_PROTOCOLS {
        activity.upgraded();
    }
    Ok(response.map(|body| AnswerBody { body, activity }))
}

/// Makes a failure the response to a request whose body does not arrive in time.
fn overdue(mut response: Response) -> Response {
    *response.status_mut() = StatusCode::REQUEST_TIMEOUT;
    let close = HeaderValue::from_static("close");
    response.headers_mut().insert(header::CONNECTION, close);
    response
}

/// A request's body that reports its progress.
struct RequestBody {
    body: Incoming,
    activity: Arc<Activity>,
}

impl http_body::Body for RequestBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        match &frame {
            Poll::Pending => self.activity.body_awaited(),
            Poll::Ready(frame) => {
                let frame = frame.as_ref().and_then(|frame| frame.as_ref().ok());
                let data = frame.and_then(Frame::data_ref);
                self.activity.body_received(data.map_or(0, Bytes::len));
                // A reader that knows the length does not poll for the end.
                if frame.is_none() || self.body.is_end_stream() {
                    self.activity.body_ended();
                }
            }
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A response's body that reports its end.
struct AnswerBody {
    body: Body,
    activity: Arc<Activity>,
}

impl http_body::Body for AnswerBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for AnswerBody {
    fn drop(&mut self) {
        self.activity.request_ended();
    }
}
