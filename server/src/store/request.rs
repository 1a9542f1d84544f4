//! What the writer is asked to write, and its answers.

use std::io;

use app::{Record, Title, service::Token};
use sync::{CatchUp, ClientId, Cursor, Mutation, Outcome, Sender, Seq, pusher::SocketId};
use uuid::Uuid;

use super::{StoreError, waiting::Size};

/// Number of mutations from which an atomic write is [staged](super::staging).
const MANY: usize = 64;

/// Size from which it is, in bytes: more than one item can have.
const LARGE: usize = 256 * 1024;

/// Number of mutations, and size in bytes, up to which a write is one of a batch.
const HEAVY_COUNT: usize = 32;
const HEAVY: usize = 32 * 1024;

/// Largest number of mutations that take no time to measure.
const FEW: usize = 4;

/// Mutations of one list.
#[derive(Clone, Debug)]
pub struct Write {
    /// The list.
    pub list: Uuid,
    /// The version of the link by which they are written ([`super::Link`]); `None` if by none.
    pub links_version: Option<u64>,
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

    /// Whether it may take long to find out how large it is.
    pub(super) fn is_long(&self) -> bool {
        self.atomic && self.mutations.len() > FEW
    }

    /// Returns how it is taken, given its size in bytes.
    pub(super) fn size(&self, bytes: usize) -> Size {
        let count = self.mutations.len();
        if self.atomic && (count >= MANY || bytes >= LARGE) {
            Size::Large
        } else if count > HEAVY_COUNT || bytes > HEAVY {
            Size::Heavy
        } else {
            Size::Small
        }
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

/// What became of a write in a commit.
pub(super) enum Taken {
    /// It is done, or failed while others succeeded.
    Whole(Answered),
    /// A part of a push was taken. The rest is for a later commit, so that others do not wait.
    Part(Outcome<Record>),
}

impl Taken {
    /// Returns what is taken.
    pub(super) fn outcome(&self) -> Option<&Outcome<Record>> {
        match self {
            Self::Whole(Ok(Written { outcome, .. })) | Self::Part(outcome) => Some(outcome),
            Self::Whole(Err(_)) => None,
        }
    }
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

#[cfg(test)]
mod tests {
    use sync::{Op, Seq};

    use super::*;

    fn write(mutations: usize, atomic: bool) -> Write {
        let id = Uuid::nil();
        let mutations = (1..).take(mutations).map(|seq| Mutation {
            seq: Seq(seq),
            op: Op::Destroy { id },
        });
        Write {
            list: id,
            links_version: None,
            client: None,
            begins: None,
            socket: None,
            mutations: mutations.collect(),
            since: None,
            atomic,
        }
    }

    #[test]
    fn a_write_takes_as_many_bytes_as_its_mutations_do_as_json() {
        for mutations in [0, 1, 3] {
            let write = write(mutations, false);
            let json = serde_json::to_string(&write.mutations).expect("they can be written");
            assert_eq!(write.bytes(), json.len());
        }
    }

    #[test]
    fn a_write_is_large_only_if_it_is_taken_whole_and_small_up_to_a_size() {
        assert_eq!(write(MANY, true).size(0), Size::Large);
        assert_eq!(write(1, true).size(LARGE), Size::Large);
        assert_eq!(write(MANY - 1, true).size(LARGE - 1), Size::Heavy);
        assert_eq!(write(MANY, false).size(LARGE), Size::Heavy);
        assert_eq!(write(HEAVY_COUNT + 1, false).size(0), Size::Heavy);
        assert_eq!(write(1, false).size(HEAVY + 1), Size::Heavy);
        assert_eq!(write(HEAVY_COUNT, false).size(HEAVY), Size::Small);
    }

    #[test]
    fn only_what_is_taken_whole_and_not_short_is_long() {
        assert!(write(FEW + 1, true).is_long());
        assert!(!write(FEW, true).is_long() && !write(FEW + 1, false).is_long());
    }
}
