//! What a connection is doing, and its deadline for that.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    task::Waker,
    time::Duration,
};

use futures_util::task::AtomicWaker;
use tokio::time::Instant;

use super::Deadlines;

/// Slowest transfer that is tolerated once the first deadline has passed, in bytes per second.
const SLOWEST: u32 = 500;

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

/// A transfer to or from a client, and how long the server has waited for it.
#[derive(Debug, Default)]
struct Transfer {
    /// Time waited so far, less the time earned by the bytes transferred, and never below zero: a fast
    /// start earns no right to stall later.
    debt: Duration,
    waiting_since: Option<Instant>,
}

impl Transfer {
    fn wait(&mut self, now: Instant) {
        self.waiting_since.get_or_insert(now);
    }

    fn progress(&mut self, bytes: usize, now: Instant) {
        if let Some(since) = self.waiting_since.take() {
            self.debt += now - since;
        }
        let earned = Duration::from_secs_f64(bytes as f64 / f64::from(SLOWEST));
        self.debt = self.debt.saturating_sub(earned);
    }

    /// Returns the deadline. A single wait may last as long as `patience`; all waits together may
    /// last `patience` plus the time of the slowest acceptable transfer.
    fn deadline(&self, patience: Duration) -> Option<Instant> {
        Some(self.waiting_since? + patience.saturating_sub(self.debt))
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    const DEADLINES: Deadlines = Deadlines {
        head: Duration::from_secs(10),
        body: Duration::from_secs(20),
        answer: Duration::from_secs(30),
        idle: Duration::from_secs(75),
    };

    async fn pass(seconds: u64) {
        tokio::time::advance(Duration::from_secs(seconds)).await;
    }

    fn left(activity: &Activity) -> Option<u64> {
        let (at, _) = activity.deadline(&DEADLINES)?;
        Some((at - Instant::now()).as_secs())
    }

    #[tokio::test(start_paused = true)]
    async fn a_head_has_its_time_from_the_first_byte_on_however_often_more_comes() {
        let activity = Activity::new(Instant::now());
        assert_eq!(left(&activity), Some(10));
        pass(6).await;
        activity.received();
        assert_eq!(left(&activity), Some(4));
        activity.request_began();
        assert_eq!(
            left(&activity),
            None,
            "the server's own time is not limited"
        );
        activity.request_ended();
        assert_eq!(left(&activity), Some(75));
        pass(70).await;
        activity.received();
        assert_eq!(left(&activity), Some(10));
    }

    #[tokio::test(start_paused = true)]
    async fn bytes_after_the_body_begin_the_next_head_and_the_body_does_not() {
        let activity = Activity::new(Instant::now());
        activity.request_began();
        activity.body_awaited();
        activity.received();
        activity.body_received(10);
        activity.body_ended();
        activity.request_ended();
        assert_eq!(left(&activity), Some(75));
        activity.request_began();
        activity.body_ended();
        activity.received();
        activity.request_ended();
        assert_eq!(left(&activity), Some(10));
    }

    #[tokio::test(start_paused = true)]
    async fn a_fast_start_earns_no_right_to_stall_later() {
        let activity = Activity::new(Instant::now());
        activity.request_began();
        activity.body_awaited();
        activity.body_received(4_000_000);
        activity.sent(4_000_000);
        for overdue in [Overdue::Body, Overdue::Connection] {
            let began = Instant::now();
            let step = |activity: &Activity, bytes| match overdue {
                Overdue::Body => {
                    activity.body_received(bytes);
                    activity.body_awaited();
                }
                Overdue::Connection => {
                    activity.sent(bytes);
                    activity.send_blocked();
                }
            };
            step(&activity, 0);
            while left(&activity).is_some_and(|left| left >= 19) {
                pass(19).await;
                step(&activity, 1);
                assert!(began.elapsed().as_secs() < 100, "a byte in 19 seconds");
            }
            activity.body_ended();
        }
    }

    #[tokio::test(start_paused = true)]
    async fn another_request_gives_no_more_time_to_take_the_answer_before_it() {
        let activity = Activity::new(Instant::now());
        activity.request_began();
        activity.send_blocked();
        activity.request_ended();
        pass(20).await;
        activity.request_began();
        assert_eq!(left(&activity), Some(10));
        assert!(activity.stalled_since(Instant::now()).is_some());
        activity.upgraded();
        assert_eq!(left(&activity), Some(10), "no socket yet");
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_with_an_unsent_response_is_not_idle() {
        let activity = Activity::new(Instant::now());
        activity.request_began();
        pass(60).await;
        activity.send_blocked();
        activity.request_ended();
        assert_eq!(activity.stalled_since(Instant::now()), None);
        let began = Instant::now();
        pass(1).await;
        assert_eq!(activity.stalled_since(Instant::now()), Some(began));
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_may_be_slow_but_neither_stall_nor_drip() {
        let activity = Activity::new(Instant::now());
        activity.request_began();
        activity.body_awaited();
        pass(15).await;
        activity.body_received(5_000);
        activity.body_awaited();
        assert_eq!(
            left(&activity),
            Some(15),
            "5,000 bytes are worth ten seconds"
        );
        let mut seconds = 0;
        while left(&activity) > Some(1) {
            pass(1).await;
            seconds += 1;
            activity.body_received(1);
            activity.body_awaited();
        }
        assert_eq!(seconds, 14, "a byte now and then is none worth waiting for");
        activity.body_received(1_000_000);
        activity.body_awaited();
        assert_eq!(left(&activity), Some(20));
        assert_eq!(
            activity.deadline(&DEADLINES).map(|(_, overdue)| overdue),
            Some(Overdue::Body)
        );
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_is_not_taken_has_a_deadline_too() {
        let activity = Activity::new(Instant::now());
        activity.request_began();
        activity.send_blocked();
        assert_eq!(left(&activity), Some(30));
        activity.request_ended();
        pass(25).await;
        assert_eq!(left(&activity), Some(5), "its end is still on its way");
        activity.sent(10);
        assert_eq!(left(&activity), Some(50), "then it is idle");
    }

    #[tokio::test(start_paused = true)]
    async fn only_who_waits_for_its_client_gives_way() {
        let activity = Activity::new(Instant::now());
        let began = Instant::now();
        assert_eq!(activity.stalled_since(Instant::now()), None, "it is new");
        pass(1).await;
        assert_eq!(activity.stalled_since(Instant::now()), Some(began));
        activity.request_began();
        assert_eq!(activity.stalled_since(Instant::now()), None);
        activity.body_awaited();
        pass(1).await;
        assert!(activity.stalled_since(Instant::now()).is_some());
        activity.body_received(1);
        assert_eq!(activity.stalled_since(Instant::now()), None);
        activity.upgraded();
        pass(1_000).await;
        assert_eq!(activity.stalled_since(Instant::now()), None);
        assert_eq!(left(&activity), None);
    }
}
