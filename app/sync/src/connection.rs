//! The life of a socket, as a state machine: states named, inputs in, actions out.

use crate::pusher::{ServerFrame, SocketId};

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
    /// socket still lives.
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
    /// A frame for the shell: an event, or the answer to the subscription.
    Deliver(ServerFrame),
    /// The state changed.
    Changed(State),
}

/// How long to wait before try number n (0, 1, 2 …), in milliseconds. Injected, so that the
/// machine knows no random source.
pub type Backoff = Box<dyn FnMut(u32) -> u32>;

/// The machine.
pub struct Connection {
    state: State,
    backoff: Backoff,
}

impl Connection {
    /// A connection at rest.
    pub fn new(backoff: Backoff) -> Self {
        Self { state: State::Idle, backoff }
    }

    /// Where it is.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The id of the present socket, once the server has said it: what requests carry so that
    /// their changes are not echoed.
    pub fn socket_id(&self) -> Option<&SocketId> {
        todo!()
    }

    /// The frame that subscribes to a channel from a cursor.
    pub fn subscribe(&self, channel: &str, since: u64) -> String {
        todo!()
    }

    /// Takes an input, answers what is to be done, in order.
    pub fn handle(&mut self, input: Input) -> Vec<Action> {
        todo!()
    }
}
