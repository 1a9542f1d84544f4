//! What a connection is doing, and its deadline for that.

#[cfg(test)]
mod tests;
mod transfer;

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    task::Waker,
    time::Duration,
};

use futures_util::task::AtomicWaker;
use tokio::time::Instant;

use self::transfer::Transfer;
use super::Deadlines;

/// How long a client may be silent within a request before the connection counts as stalled, and
/// may be evicted.
const STALLED_AFTER: Duration = Duration::from_millis(500);

/// What a connection is doing. Shared by its task, its bodies, and the registry, which looks for
/// connections to evict.
#[derive(Debug)]
pub(super) struct Activity {
    state: Mutex<State>,
    task: AtomicWaker,
}

#[derive(Debug)]
struct State {
    phase: Phase,
    since: Instant,
    /// The transfer of the request's body.
    body: Transfer,
    /// The transfer of the response.
    answer: Transfer,
    incoming: Incoming,
    is_given_up: bool,
    is_evicted: bool,
}

/// What arrives while a request is handled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Incoming {
    /// The request's own body.
    Body,
    /// Nothing: the body is complete.
    Nothing,
    /// The next request.
    Next,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Nothing of the next request has arrived.
    Idle,
    /// Part of a request's head has arrived, or the first request is awaited.
    Head,
    /// A request is being handled.
    Request,
    /// The connection is a WebSocket, which has deadlines of its own.
    Socket,
}

/// What a deadline ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Overdue {
    /// The wait for the request's body; the client still gets a response.
    Body,
    /// The connection.
    Connection,
}

impl Activity {
    /// Creates the activity of a new connection.
    pub(super) fn new(now: Instant) -> Self {
        Self {
            state: Mutex::new(State {
                phase: Phase::Head,
                since: now,
                body: Transfer::default(),
                answer: Transfer::default(),
                incoming: Incoming::Body,
                is_given_up: false,
                is_evicted: false,
            }),
            task: AtomicWaker::new(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No holder of the lock panics half-way.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that bytes have arrived.
    pub(super) fn received(&self) {
        let mut state = self.state();
        match state.phase {
            Phase::Idle => {
                state.phase = Phase::Head;
                state.since = Instant::now();
            }
            Phase::Request if state.incoming == Incoming::Nothing => {
                state.incoming = Incoming::Next;
            }
            Phase::Head | Phase::Request | Phase::Socket => {}
        }
    }

    /// Notes that the client is not reading the response at the moment.
    pub(super) fn send_blocked(&self) {
        self.state().answer.wait(Instant::now());
    }

    /// Notes that the client has read bytes of the response.
    pub(super) fn sent(&self, bytes: usize) {
        self.state().answer.progress(bytes, Instant::now());
    }

    /// Notes that a request's head is complete.
    pub(super) fn request_began(&self) {
        let mut state = self.state();
        state.phase = Phase::Request;
        state.since = Instant::now();
        state.body = Transfer::default();
        if state.answer.waiting_since.is_none() {
            state.answer = Transfer::default();
        }
        state.incoming = Incoming::Body;
        state.is_given_up = false;
    }

    /// Notes that the server is waiting for more of the request's body.
    pub(super) fn body_awaited(&self) {
        self.state().body.wait(Instant::now());
    }

    /// Notes that more of the request's body has arrived, or its end.
    pub(super) fn body_received(&self, bytes: usize) {
        self.state().body.progress(bytes, Instant::now());
    }

    /// Notes that the request's body is complete, or that there is none.
    pub(super) fn body_ended(&self) {
        let mut state = self.state();
        state.body.progress(0, Instant::now());
        if state.incoming == Incoming::Body {
            state.incoming = Incoming::Nothing;
        }
    }

    /// Notes that the server has produced the whole response.
    pub(super) fn request_ended(&self) {
        let mut state = self.state();
        if state.phase == Phase::Request {
            state.phase = if state.incoming == Incoming::Next {
                Phase::Head
            } else {
                Phase::Idle
            };
            state.since = Instant::now();
            state.body = Transfer::default();
        }
    }

    /// Notes that the connection has become a WebSocket.
    pub(super) fn upgraded(&self) {
        self.state().phase = Phase::Socket;
    }

    /// Returns the current deadline, and what it ends.
    pub(super) fn deadline(&self, deadlines: &Deadlines) -> Option<(Instant, Overdue)> {
        let state = self.state();
        let own = match state.phase {
            Phase::Idle => Some((state.since + deadlines.idle, Overdue::Connection)),
            Phase::Head => Some((state.since + deadlines.head, Overdue::Connection)),
            Phase::Request => {
                let body = state.body.deadline(deadlines.body);
                body.map(|body| (body, Overdue::Body))
            }
            Phase::Socket => None,
        };
        // The end of a response may still be in transit while the next request is awaited.
        let answer = state.answer.deadline(deadlines.answer);
        let answer = answer.map(|answer| (answer, Overdue::Connection));
        own.into_iter().chain(answer).min_by_key(|(at, _)| *at)
    }

    /// Gives up waiting for the request's body.
    pub(super) fn give_up_body(&self) {
        let mut state = self.state();
        state.is_given_up = true;
        state.body = Transfer::default();
    }

    /// Whether the server has given up waiting for the request's body.
    pub(super) fn is_given_up(&self) -> bool {
        self.state().is_given_up
    }

    /// Whether every complete request has been answered.
    pub(super) fn has_nothing_under_way(&self) -> bool {
        let state = self.state();
        state.phase == Phase::Head && state.answer.waiting_since.is_none()
    }

    /// Returns since when the connection has only been waiting for its client. `None` while it has
    /// work to do, and for WebSockets.
    pub(super) fn stalled_since(&self, now: Instant) -> Option<Instant> {
        let state = self.state();
        let since = match state.phase {
            // The end of its response may still be in transit.
            Phase::Idle => match state.answer.waiting_since {
                Some(since) => since,
                None => return Some(state.since),
            },
            Phase::Head => state.since,
            Phase::Request => (state.body.waiting_since).or(state.answer.waiting_since)?,
            Phase::Socket => return None,
        };
        (now - since >= STALLED_AFTER).then_some(since)
    }

    /// Evicts the connection, since a new one needs its place.
    pub(super) fn evict(&self) {
        self.state().is_evicted = true;
        self.task.wake();
    }

    /// Whether the connection has been evicted. If it is evicted later, this waker is woken.
    pub(super) fn is_evicted(&self, waker: &Waker) -> bool {
        self.task.register(waker);
        self.state().is_evicted
    }
}
