//! What the writer is asked to write, and its answers.

use std::io;

use app::{Record, Title, service::Token};
use sync::{CatchUp, ClientId, Cursor, Mutation, Outcome, Sender, Seq, pusher::SocketId};
use uuid::Uuid;

use super::StoreError;

/// Number of mutations from which an atomic write is [staged](super::staging).
const LARGE: usize = 64;

/// Mutations of one list.
#[derive(Clone, Debug)]
pub struct Write {
    /// The list.
    pub list: Uuid,
    /// The replica that sends them; `None` for a caller that cannot repeat itself.
    pub client: Option<ClientId>,
    /// The lowest number in the replica's outbox: [`sync::Push::begins`].
    pub begins: Option<Seq>,
    /// The socket that gets no echo.
    pub socket: Option<SocketId>,
    /// The mutations, in order.
    pub mutations: Vec<Mutation<Record>>,
    /// The cursor from which the answer catches up, if any.
    pub since: Option<Cursor>,
    /// Whether the write is taken whole or not at all; then the first refusal is its error.
    pub atomic: bool,
}

impl Write {
    /// Returns the sender, if it may repeat the write.
    pub(super) fn sender(&self) -> Option<Sender> {
        self.client.map(|client_id| Sender {
            client_id,
            begins: self.begins,
        })
    }

    /// Returns the memory that it takes, in bytes: about as much as its mutations take as JSON.
    pub(super) fn bytes(&self) -> usize {
        let mut bytes = Bytes(0);
        // What cannot be written as JSON did not come as JSON either, and is small.
        let _ = serde_json::to_writer(&mut bytes, &self.mutations);
        bytes.0
    }

    /// Whether it is too large to be taken whole while others wait.
    pub(super) fn is_large(&self) -> bool {
        self.atomic && self.mutations.len() >= LARGE
    }
}

/// The answer to a [`Write`].
#[derive(Clone, Debug)]
pub struct Written {
    /// What was acknowledged, refused and changed.
    pub outcome: Outcome<Record>,
    /// Everything newer than [`Write::since`], including these mutations.
    pub catch_up: Option<CatchUp<Record>>,
}

/// The answer to one write, which may fail while the others succeed.
pub(super) type Answered = Result<Written, StoreError>;

/// A list to create.
#[derive(Debug)]
pub(super) struct NewList {
    pub(super) id: Uuid,
    pub(super) title: Title,
    pub(super) token: Token,
    pub(super) view_token: Token,
    /// Whether the request may be a repeated one, whose list exists.
    pub(super) may_exist: bool,
}

/// Whether a list was created; otherwise, it existed.
pub(super) type Created = Result<bool, StoreError>;

/// Counts the bytes that are written to it.
struct Bytes(usize);

impl io::Write for Bytes {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
