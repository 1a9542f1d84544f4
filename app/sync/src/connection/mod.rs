//! The life of a socket, as a state machine: states named, inputs in, actions out.
//!
//! It owns no socket, no timer and no clock. A shell does: it passes in what happens, and carries out the
//! returned actions, in order. The shell keeps at most one socket and one timer of each kind, and passes in
//! only what the present socket receives.
//!
//! A socket that dies silently is noticed within 20 s: after 15 s without a frame comes the ping, and 5 s
//! later the pong is overdue.

mod backoff;
mod end;
#[cfg(test)]
mod tests;

use crate::{
    Cursor,
    pusher::{ClientFrame, ServerFrame, SocketId},
};

use end::End;

pub use backoff::{Backoff, full_jitter};

/// How long a socket may take to open, greet and confirm the subscription.
const HANDSHAKE_MS: u32 = 10_000;
/// Longest silence before a ping, whatever the server allows.
const MAX_QUIET_MS: u32 = 15_000;
/// Shortest silence before a ping, so that a server's 0 does not cause endless pings.
const MIN_QUIET_MS: u32 = 1_000;
/// How long a pong may take.
const PONG_MS: u32 = 5_000;
/// How long a pong may take when a person has just returned to the page.
const CHECKED_PONG_MS: u32 = 3_000;

/// The state of the connection.
#[derive(Clone, Debug, PartialEq)]
pub enum State {
    /// Not started, or stopped.
    Idle,
    /// A socket is being opened, or has not greeted yet.
    Connecting,
    /// The server has greeted; the shell subscribes and awaits the answer.
    Subscribing(SocketId),
    /// The subscription is confirmed: frames arrive.
    Live(SocketId),
    /// Waiting before the next attempt.
    Waiting,
    /// The server has told the client not to come back (close codes 4000–4099, or an unknown channel).
    Refused,
}

/// A timer that the shell keeps for the connection, at most one of each kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Timer {
    /// The next attempt is due.
    Retry,
    /// The socket has not opened, greeted or confirmed the subscription in time.
    Handshake,
    /// Nothing was received for the activity timeout.
    Quiet,
    /// A ping was not answered in time.
    Pong,
}

/// What happens to a connection.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// Go online.
    Start,
    /// Close for good.
    Stop,
    /// A text frame arrived on the present socket.
    Frame(String),
    /// The present socket closed, or failed to open.
    Closed {
        /// The close code; 1006 when there was none.
        code: u16,
    },
    /// An armed timer ran out.
    Elapsed(Timer),
    /// The tab became visible, or the machine believes that it is online: check at once whether the socket
    /// is alive, or end the wait.
    Check,
}

/// What the shell has to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Open a new socket.
    Open,
    /// Send a text frame on the present socket.
    Send(String),
    /// Drop the present socket; nothing it receives later counts.
    Drop,
    /// (Re)start a timer, in milliseconds.
    Arm(Timer, u32),
    /// Stop a timer.
    Disarm(Timer),
    /// Subscribe now, by the frame that [`Connection::subscribe`] returns for the shell's cursor.
    Subscribe,
    /// A frame for the shell: an event, the answer to a subscription, or an error.
    Deliver(ServerFrame),
    /// The state changed.
    Changed(State),
}

/// The state machine of one socket and one channel.
///
/// It is live once a subscription is confirmed. A shell that listens to more channels subscribes to
/// them when live; their answers are delivered and change nothing.
///
/// ```
/// use sync::{Action, Connection, Cursor, Input, State, Timer, Version, full_jitter};
///
/// let mut connection = Connection::new(Box::new(|attempt| full_jitter(attempt, 0.5)));
/// let actions = connection.handle(Input::Start);
/// assert_eq!(actions[0], Action::Open);
///
/// // The shell has opened a socket, and hands in what arrives on it.
/// let hello = r#"{"event":"pusher:connection_established",
///     "data":"{\"socket_id\":\"1.2\",\"activity_timeout\":30}"}"#;
/// let actions = connection.handle(Input::Frame(hello.to_owned()));
/// assert_eq!(actions.last(), Some(&Action::Subscribe));
/// let frame = connection.subscribe("list-abc", Cursor::from(Version(41)));
/// assert!(frame.contains("pusher:subscribe"));
///
/// // The socket breaks: the next one is opened after a pause.
/// let actions = connection.handle(Input::Closed { code: 1006 });
/// assert!(actions.contains(&Action::Arm(Timer::Retry, 250)));
/// assert_eq!(connection.state(), &State::Waiting);
/// ```
pub struct Connection {
    state: State,
    backoff: Backoff,
    /// Number of waits since it was live, started or checked.
    attempt: u32,
    /// Whether the next retry may go without a wait. A frame on a live socket allows it once, so that no
    /// server can cause a hot loop.
    may_hurry: bool,
    /// The silence before a ping.
    quiet_ms: u32,
    /// The running timer. No state has two.
    timer: Option<Timer>,
    /// The actions of the present input so far.
    actions: Vec<Action>,
}

impl Connection {
    /// Returns a connection at rest.
    pub fn new(backoff: Backoff) -> Self {
        Self {
            state: State::Idle,
            backoff,
            attempt: 0,
            may_hurry: true,
            quiet_ms: MAX_QUIET_MS,
            timer: None,
            actions: Vec::new(),
        }
    }

    /// Returns the present state.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Returns the id of the present socket, once it is known. Requests carry it, so that their changes are
    /// not echoed.
    pub fn socket_id(&self) -> Option<&SocketId> {
        match &self.state {
            State::Subscribing(id) | State::Live(id) => Some(id),
            _ => None,
        }
    }

    /// Returns the frame that subscribes to a public channel from a cursor.
    pub fn subscribe(&self, channel: &str, since: Cursor) -> String {
        let channel = channel.to_owned();
        ClientFrame::Subscribe {
            channel,
            since: Some(since.version),
            epoch: since.epoch,
            auth: None,
            channel_data: None,
        }
        .encode()
    }

    /// Takes an input, and returns the actions to carry out, in order. What is impossible in the present
    /// state, such as a timer that is not running, is ignored.
    pub fn handle(&mut self, input: Input) -> Vec<Action> {
        match input {
            Input::Start => self.start(),
            Input::Stop => self.stop(),
            Input::Frame(text) if self.has_socket() => self.frame(&text),
            Input::Closed { code } if self.has_socket() => self.end(End::of_close(code)),
            Input::Elapsed(timer) if self.timer == Some(timer) => self.elapsed(timer),
            Input::Check => self.check(),
            Input::Frame(_) | Input::Closed { .. } | Input::Elapsed(_) => {}
        }
        std::mem::take(&mut self.actions)
    }

    fn start(&mut self) {
        match self.state {
            State::Idle | State::Refused => {
                self.attempt = 0;
                self.may_hurry = true;
                self.open();
            }
            State::Waiting => self.open(),
            State::Connecting | State::Subscribing(_) | State::Live(_) => {}
        }
    }

    fn stop(&mut self) {
        if self.has_socket() {
            self.act(Action::Drop);
        }
        self.rest(State::Idle);
    }

    /// Leaves a handshake alone: it has its deadline, and a shorter one would cut off slow networks. Leaves
    /// an awaited pong alone, too, or repeated checks would extend its deadline. But the backoff starts over,
    /// since networks are reported to be back a little before they are.
    fn check(&mut self) {
        self.attempt = 0;
        match self.state {
            State::Waiting => self.open(),
            State::Live(_) if self.timer != Some(Timer::Pong) => self.ping(CHECKED_PONG_MS),
            _ => {}
        }
    }

    fn elapsed(&mut self, timer: Timer) {
        self.timer = None;
        match timer {
            Timer::Retry => self.open(),
            Timer::Quiet => self.ping(PONG_MS),
            Timer::Handshake => {
                self.act(Action::Drop);
                self.end(End::Later);
            }
            Timer::Pong => {
                self.act(Action::Drop);
                self.end(End::AtOnce);
            }
        }
    }

    fn frame(&mut self, text: &str) {
        self.heard();
        match ServerFrame::parse(text) {
            Ok(ServerFrame::Established {
                socket_id,
                activity_timeout,
            }) => {
                self.established(socket_id, activity_timeout);
            }
            Ok(ServerFrame::Ping) => self.act(Action::Send(ClientFrame::Pong.encode())),
            Ok(ServerFrame::Pong) | Err(_) => {}
            Ok(frame) => self.deliver(frame),
        }
    }

    /// Counts any frame as a sign of life, even one that cannot be parsed.
    fn heard(&mut self) {
        if matches!(self.state, State::Live(_)) {
            self.may_hurry = true;
            self.arm(Timer::Quiet, self.quiet_ms);
        }
    }

    fn established(&mut self, id: SocketId, activity_timeout: u32) {
        if self.state == State::Connecting {
            self.quiet_ms = activity_timeout
                .saturating_mul(1000)
                .clamp(MIN_QUIET_MS, MAX_QUIET_MS);
            self.change(State::Subscribing(id));
            self.act(Action::Subscribe);
        }
    }

    fn deliver(&mut self, frame: ServerFrame) {
        let confirmed = matches!(frame, ServerFrame::Subscribed { .. });
        let end = self.end_by(&frame);
        self.act(Action::Deliver(frame));
        match end {
            Some(end) => {
                self.act(Action::Drop);
                self.end(end);
            }
            None if confirmed => self.subscribed(),
            None => {}
        }
    }

    fn end_by(&self, frame: &ServerFrame) -> Option<End> {
        match frame {
            // Codes from 4300 on do not close the connection.
            ServerFrame::Error {
                code: Some(code), ..
            } if *code < 4300 => Some(End::of_close(*code)),
            ServerFrame::SubscriptionError { status, .. } if self.is_subscribing() => {
                Some(End::of_subscription(*status))
            }
            _ => None,
        }
    }

    fn subscribed(&mut self) {
        if let State::Subscribing(id) = &self.state {
            let live = State::Live(id.clone());
            self.attempt = 0;
            self.arm(Timer::Quiet, self.quiet_ms);
            self.change(live);
        }
    }

    fn ping(&mut self, patience_ms: u32) {
        self.act(Action::Send(ClientFrame::Ping.encode()));
        self.arm(Timer::Pong, patience_ms);
    }

    /// The present socket is gone, or was dropped by an earlier action.
    fn end(&mut self, end: End) {
        match end {
            End::Refused => self.rest(State::Refused),
            End::AtOnce if std::mem::take(&mut self.may_hurry) => self.open(),
            End::AtOnce | End::Later => self.wait(),
        }
    }

    fn open(&mut self) {
        self.act(Action::Open);
        self.arm(Timer::Handshake, HANDSHAKE_MS);
        self.change(State::Connecting);
    }

    fn wait(&mut self) {
        let pause = (self.backoff)(self.attempt);
        self.attempt = self.attempt.saturating_add(1);
        self.arm(Timer::Retry, pause);
        self.change(State::Waiting);
    }

    fn rest(&mut self, state: State) {
        if let Some(timer) = self.timer.take() {
            self.act(Action::Disarm(timer));
        }
        self.change(state);
    }

    fn arm(&mut self, timer: Timer, after: u32) {
        if let Some(other) = self.timer.replace(timer).filter(|other| *other != timer) {
            self.act(Action::Disarm(other));
        }
        self.act(Action::Arm(timer, after));
    }

    fn change(&mut self, state: State) {
        if self.state != state {
            self.state = state.clone();
            self.act(Action::Changed(state));
        }
    }

    fn act(&mut self, action: Action) {
        self.actions.push(action);
    }

    fn has_socket(&self) -> bool {
        matches!(
            self.state,
            State::Connecting | State::Subscribing(_) | State::Live(_)
        )
    }

    fn is_subscribing(&self) -> bool {
        matches!(self.state, State::Subscribing(_))
    }
}
