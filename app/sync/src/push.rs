//! One round trip: what the client did, and what it missed.

use serde::{Deserialize, Serialize};

use crate::change::known;
use crate::{CatchUp, Change, ClientId, Cursor, Epoch, Model, Mutation, Refusal, Seq, Version};

/// Largest number of mutations in a push. An authority need not take more at once.
pub const MAX_MUTATIONS: usize = 1_000;

/// A replica's mutations, and the cursor from which it wants to catch up. Without mutations it is a pull.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Push<M: Model> {
    /// The client that numbered the mutations.
    pub client_id: ClientId,
    /// The version of the sender's cursor.
    pub since: Version,
    /// The epoch of the sender's cursor, if it knows one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch: Option<Epoch>,
    /// The lowest number in the sender's outbox: missing numbers before it will never come. Without this,
    /// no number may be missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begins: Option<Seq>,
    /// The client's oldest unacknowledged mutations, in order.
    pub mutations: Vec<Mutation<M>>,
}

impl<M: Model> Push<M> {
    /// Returns whether the numbers of the mutations ascend and are at least 1.
    pub fn is_in_order(&self) -> bool {
        let mut last = Seq::ZERO;
        self.mutations
            .iter()
            .all(|mutation| std::mem::replace(&mut last, mutation.seq) < mutation.seq)
    }

    /// Returns the sender's cursor.
    pub fn cursor(&self) -> Cursor {
        Cursor {
            epoch: self.epoch,
            version: self.since,
        }
    }
}

/// The answer to a [`Push`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "", from = "FlatAnswer<M>")]
pub struct PushAnswer<M: Model> {
    /// The number of this client's last mutation that was taken, now or earlier.
    pub acked: Seq,
    /// The mutations that were refused, now or when they first arrived, as long as the client may not know
    /// of it.
    pub rejected: Vec<Rejection>,
    /// Everything newer than the push's cursor, including the sender's own changes.
    #[serde(flatten)]
    pub catch_up: CatchUp<M>,
}

/// A [`PushAnswer`] as it is read: as flat as it is written.
#[derive(Deserialize)]
#[serde(bound = "")]
struct FlatAnswer<M: Model> {
    acked: Seq,
    rejected: Vec<Rejection>,
    head: Version,
    #[serde(default)]
    epoch: Option<Epoch>,
    reset: bool,
    #[serde(deserialize_with = "known")]
    changes: Vec<Change<M>>,
}

impl<M: Model> From<FlatAnswer<M>> for PushAnswer<M> {
    fn from(answer: FlatAnswer<M>) -> Self {
        Self {
            acked: answer.acked,
            rejected: answer.rejected,
            catch_up: CatchUp {
                head: answer.head,
                epoch: answer.epoch,
                reset: answer.reset,
                changes: answer.changes,
            },
        }
    }
}

/// A refused mutation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejection {
    /// The number of the mutation.
    pub seq: Seq,
    /// Why it was refused.
    pub reason: Refusal,
}
