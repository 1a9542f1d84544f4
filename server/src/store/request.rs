//! What the writer is asked to write, and its answers.

use std::io;

use app::{Record, Title, service::Token};
use sync::{CatchUp, ClientId, Cursor, Mutation, Outcome, Sender, Seq, pusher::SocketId};
use uuid::Uuid;

use super::StoreError;

/// Mutations from which a write that is taken whole is [staged](super::staging).
const LARGE: usize = 64;

/// Mutations of one list.
#[derive(Clone, Debug)]
pub struct Write {
    /// The list.
    pub list: Uuid,
    /// The replica that sends them; none for a caller that cannot repeat itself.
    pub client: Option<ClientId>,
    /// The lowest number that the replica still holds, as [`sync::Push::begins`] says.
    pub begins: Option<Seq>,
    /// The connection that is not told of them.
    pub socket: Option<SocketId>,
    /// What to do, in order.
    pub mutations: Vec<Mutation<Record>>,
    /// The cursor from which the answer catches up, if it is to.
    pub since: Option<Cursor>,
    /// Whether none is taken if one of them is refused; then that is the write's error.
    pub atomic: bool,
}

impl Write {
    /// Who sends it, if that may be repeated.
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
    /// What was taken, refused and changed.
    pub outcome: Outcome<Record>,
    /// All that is newer than [`Write::since`], these mutations among it.
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
}

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
