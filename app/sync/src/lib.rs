//! A sync engine for live collections.
//!
//! One *channel* holds rows of a [`Model`], and orders every change to them by one counter, the
//! *version*. The [`Authority`] is the rule by which the side that owns a channel takes mutations;
//! a [`Replica`] is a client's copy, which shows its own mutations at once and converges on what
//! the authority decided. [`Connection`] is the life of the socket between them, as a state machine,
//! and [`pusher`] the frames on it.
//!
//! Nothing here knows a browser, a server, a clock or a random source: time and ids are arguments.

mod authority;
mod change;
mod connection;
mod cursor;
mod history;
mod model;
mod mutation;
mod numbers;
mod patch;
mod position;
mod push;
pub mod pusher;
mod refusal;
mod replica;
mod respacing;
mod rules;
mod table;

pub use authority::{Authority, Bounds, ClientState, Outcome, Sender, Tidied};
pub use change::{CatchUp, Change, Event, Row, Told};
pub use connection::{Action, Backoff, Connection, Input, State, Timer, full_jitter};
pub use cursor::{Cursor, Epoch};
pub use history::{History, Reversal, Undone};
pub use model::{Millis, Model, Version};
pub use mutation::{ClientId, Mutation, Op, Place, Seq};
pub use numbers::Numbers;
pub use patch::Patch;
pub use position::{Position, position_between};
pub use push::{MOST_MUTATIONS, Push, PushAnswer, Rejection};
pub use refusal::{Refusal, Unit};
pub use replica::{Delta, Effects, Outbox, Refused, Replica, Stored, StoredMutation};
