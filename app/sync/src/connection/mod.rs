//! The life of a socket, as a state machine: states named, inputs in, actions out.
//!
//! It owns no socket, no timer and no clock. A shell does: it hands in what happens, and does what
//! is answered, in order. It keeps one socket and one timer of each kind at the most, and lets in
//! only what the present socket says.
//!
//! A socket that dies in silence is noticed within 20 s: 15 s without a frame until the ping, 5 s
//! until the pong is missed.

mod backoff;
#[cfg(test)]
mod tests;

use crate::{
    Cursor,
    pusher::{ClientFrame, ServerFrame, SocketId},
};

pub use backoff::{Backoff, full_jitter};

/// A socket has so long to open, greet and confirm the subscription, in milliseconds.
const HANDSHAKE: u32 = 10_000;
/// The longest silence before a ping, in milliseconds, whatever the server allows.
const QUIET: u32 = 15_000;
/// The shortest, in milliseconds, lest a server's 0 makes it ping without end.
const QUIET_MIN: u32 = 1_000;
/// The time that a pong has, in milliseconds.
const PONG: u32 = 5_000;
/// The time that a pong has when somebody is looking, in milliseconds.
const PONG_CHECK: u32 = 3_000;

/// Where the connection is in its life.
#[derive(Clone, Debug, PartialEq)]
pub enum State {
    /// Not started, or stopped.
    Idle,
    /// A socket is being opened.
    Connecting,
    /// The server has said hello; the shell subscribes, and the answer is awaited.
    Subscribing(SocketId),
    /// Subscribed: frames arrive.
    Live(SocketId),
    /// Waiting to try again.
    Waiting,
    /// The server has said not to come back (close codes 4000–4099, or the channel is unknown).
    Refused,
}

/// A timer that the shell keeps for the connection: one of each at the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Timer {
    /// Time to try again.
    Retry,
    /// The socket has not opened, said hello or confirmed the subscription in time.
    Handshake,
    /// Nothing was heard for the activity timeout.
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
    /// A timer that was armed ran out.
    Elapsed(Timer),
    /// The tab became visible or the machine believes that it is online: look at once whether the
    /// socket still lives, or wait no longer.
    Check,
}

/// What the shell is to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Open a new socket.
    Open,
    /// Send a text frame on the present socket.
    Send(String),
    /// Drop the present socket; nothing it says later counts.
    Drop,
    /// (Re)start a timer, in milliseconds.
    Arm(Timer, u32),
    /// Stop a timer.
    Disarm(Timer),
    /// Subscribe now: the shell answers with [`Connection::subscribe`], giving its cursor.
    Subscribe,
    /// A frame for the shell: an event, the answer to a subscription, or an error.
    Deliver(ServerFrame),
    /// The state changed.
    Changed(State),
}

/// The machine, for one socket and the one channel that it is there for.
///
/// It is live once a subscription is confirmed. A shell that listens to more channels subscribes to
/// them when live; their answers are delivered and change nothing.
///
/// ```
/// use sync::{Action, Connection, Cursor, Input, State, Timer, full_jitter};
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
/// let frame = connection.subscribe("list-abc", Cursor::from(41));
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
    /// Waits since it was live, started or checked: the number of the next one.
    attempt: u32,
    /// Whether the next retry may go without a wait. A socket that was live and then heard from
    /// again earns it, the first such retry spends it: so nothing makes a hot loop.
    may_hurry: bool,
    /// The silence before a ping, in milliseconds.
    quiet: u32,
    /// The timer that runs. No state has two.
    timer: Option<Timer>,
    /// What the input at hand has led to so far.
    actions: Vec<Action>,
}

impl Connection {
    /// A connection at rest.
    pub fn new(backoff: Backoff) -> Self {
        Self {
            state: State::Idle,
            backoff,
            attempt: 0,
            may_hurry: true,
            quiet: QUIET,
            timer: None,
            actions: Vec::new(),
        }
    }

    /// Where it is.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The id of the present socket, once the server has said it: what requests carry so that
    /// their changes are not echoed.
    pub fn socket_id(&self) -> Option<&SocketId> {
        match &self.state {
            State::Subscribing(id) | State::Live(id) => Some(id),
            _ => None,
        }
    }

    /// The frame that subscribes to a public channel from a cursor.
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

    /// Takes an input, answers what is to be done, in order. What cannot be in the present state,
    /// such as a timer that does not run, is ignored.
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

    /// A handshake is left alone: it has its deadline, and a shorter one would cut off those whose
    /// network is slow. So is a pong that is awaited, or checks in a row would put off its
    /// deadline. But waits begin anew: networks are said to be back a little before they are.
    fn check(&mut self) {
        self.attempt = 0;
        match self.state {
            State::Waiting => self.open(),
            State::Live(_) if self.timer != Some(Timer::Pong) => self.ping(PONG_CHECK),
            _ => {}
        }
    }

    fn elapsed(&mut self, timer: Timer) {
        self.timer = None;
        match timer {
            Timer::Retry => self.open(),
            Timer::Quiet => self.ping(PONG),
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

    /// Every frame is a sign of life, even one that nobody understands.
    fn heard(&mut self) {
        if matches!(self.state, State::Live(_)) {
            self.may_hurry = true;
            self.arm(Timer::Quiet, self.quiet);
        }
    }

    fn established(&mut self, id: SocketId, activity_timeout: u32) {
        if self.state == State::Connecting {
            self.quiet = activity_timeout
                .saturating_mul(1000)
                .clamp(QUIET_MIN, QUIET);
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
            ServerFrame::Error {
                code: Some(code), ..
            } => Some(End::of_close(*code)),
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
            self.arm(Timer::Quiet, self.quiet);
            self.change(live);
        }
    }

    fn ping(&mut self, patience: u32) {
        self.act(Action::Send(ClientFrame::Ping.encode()));
        self.arm(Timer::Pong, patience);
    }

    /// The present socket is gone, or dropped by an action before.
    fn end(&mut self, end: End) {
        match end {
            End::Refused => self.rest(State::Refused),
            End::AtOnce if std::mem::take(&mut self.may_hurry) => self.open(),
            End::AtOnce | End::Later => self.wait(),
        }
    }

    fn open(&mut self) {
        self.act(Action::Open);
        self.arm(Timer::Handshake, HANDSHAKE);
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

/// What follows the end of a socket.
#[derive(Clone, Copy)]
enum End {
    /// No other socket, until somebody starts anew.
    Refused,
    /// Another one at once, if that is earned.
    AtOnce,
    /// Another one after a wait.
    Later,
}

impl End {
    /// The hundreds of the protocol's close codes; all others are accidents.
    fn of_close(code: u16) -> Self {
        match code {
            4000..=4099 => Self::Refused,
            4200..=4299 => Self::AtOnce,
            _ => Self::Later,
        }
    }

    /// By the HTTP status of a subscription's refusal.
    fn of_subscription(status: u16) -> Self {
        match status {
            401 | 403 | 404 => Self::Refused,
            _ => Self::Later,
        }
    }
}
