//! A sync engine for live collections.
//!
//! One *channel* holds rows of a [`Model`], and orders every change to them by one counter, the
//! *version*. The [`Authority`] is the rule by which the side that owns a channel takes mutations;
//! a [`Replica`] is a client's copy, which shows its own mutations at once and converges on what
//! the authority decided. [`Connection`] is the life of the socket between them, as a state machine,
//! and [`pusher`] the frames on it.
//!
//! The engine does no I/O and reads no clock or random source: time and ids are arguments. So it runs
//! in a browser, on a server, and in a simulation of both.
//!
//! # Quick start
//!
//! ```
//! use serde::{Deserialize, Serialize};
//! use sync::{
//!     Authority, ClientId, Millis, Model, Op, Place, Position, Push, PushAnswer, Refusal, Replica,
//!     Version, impl_patch,
//! };
//! use uuid::Uuid;
//!
//! // The rows: lines of a shopping list.
//! #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
//! struct Line { id: Uuid, text: String, position: Position, version: Version }
//!
//! // What a mutation sets of a row.
//! #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
//! struct LinePatch { text: Option<String> }
//! impl_patch!(LinePatch { text });
//!
//! impl Model for Line {
//!     type Patch = LinePatch;
//!     const LIMIT: usize = 1_000;
//!     fn create(id: Uuid, draft: &LinePatch, _now: Millis) -> Result<Self, Refusal> {
//!         let text = draft.text.clone().ok_or(Refusal::Blank { field: "text".into() })?;
//!         Ok(Self { id, text, position: Position::default(), version: Version::ZERO })
//!     }
//!     fn apply(&mut self, patch: &LinePatch) -> Result<(), Refusal> {
//!         if let Some(text) = &patch.text { self.text = text.clone(); }
//!         Ok(())
//!     }
//!     fn fields(&self) -> LinePatch { LinePatch { text: Some(self.text.clone()) } }
//!     fn id(&self) -> Uuid { self.id }
//!     fn version(&self) -> Version { self.version }
//!     fn position(&self) -> Option<&Position> { Some(&self.position) }
//!     fn stamp(&mut self, version: Version, _now: Millis) { self.version = version; }
//!     fn set_version(&mut self, version: Version) { self.version = version; }
//!     fn set_position(&mut self, position: Position) { self.position = position; }
//! }
//!
//! // The server's side, and two clients that open the channel.
//! let mut server = Authority::<Line>::restore(Version::ZERO, Version::ZERO, [], []);
//! let [mut alice, mut bob] = [1, 2].map(|n| {
//!     Replica::new(ClientId(Uuid::from_u128(n)), server.snapshot())
//! });
//!
//! // What Alice does shows at once, and waits to be pushed.
//! let id = Uuid::from_u128(7);
//! let draft = LinePatch { text: Some("milk".into()) };
//! alice.mutate(vec![Op::Create { id, draft, place: Place::End }], 0)?;
//! assert_eq!(alice.get(id).map(|line| &*line.text), Some("milk"));
//!
//! // One round trip: the server decides, and answers all that is new.
//! let push: Push<Line> = alice.next_push(64_000).expect("something is pending");
//! let outcome = server.take_push(&push, 0);
//! let catch_up = server.since(push.cursor());
//! alice.pushed(PushAnswer { acked: outcome.acked, rejected: outcome.rejected, catch_up });
//! assert_eq!(alice.pending(), 0);
//!
//! // Bob hears of the change, and sees the same.
//! bob.receive(outcome.changes);
//! assert!(bob.ordered().eq(alice.ordered()));
//! # Ok::<(), Refusal>(())
//! ```

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
mod version;

pub use authority::{Authority, Bounds, ClientState, Outcome, Portion, Sender, Tidied};
pub use change::{CatchUp, Change, Event, Row, Told};
pub use connection::{Action, Backoff, Connection, Input, State, Timer, full_jitter};
pub use cursor::{Cursor, Epoch};
pub use history::{History, Reversal, Undone};
pub use model::{Millis, Model};
pub use mutation::{ClientId, Mutation, Op, Place, Seq};
pub use numbers::Numbers;
pub use patch::Patch;
pub use position::{Position, position_between};
pub use push::{MAX_MUTATIONS, Push, PushAnswer, Rejection};
pub use refusal::{Refusal, Unit};
pub use replica::{Delta, Effects, Outbox, Refused, Replica, Stored, StoredMutation};
pub use version::Version;
