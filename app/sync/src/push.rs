//! One round trip: what the client did, and what it has missed.

use serde::{Deserialize, Serialize};

use crate::change::known;
use crate::{CatchUp, Change, ClientId, Cursor, Epoch, Model, Mutation, Refusal, Seq, Version};

/// The most mutations that a push carries; an authority need not take more at once.
pub const MOST_MUTATIONS: usize = 1_000;

/// A replica's mutations, and the cursor from which it wants to hear. Without mutations it is a
/// pull.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Push<M: Model> {
    /// Who sends.
    pub client_id: ClientId,
    /// The version of the sender's cursor.
    pub since: Version,
    /// The epoch of the sender's cursor, if it was told one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch: Option<Epoch>,
    /// The lowest number that the sender's outbox still holds: what is missing before it will never
    /// come. Without it, nothing may be missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begins: Option<Seq>,
    /// Its oldest unacknowledged mutations, in order.
    pub mutations: Vec<Mutation<M>>,
}

impl<M: Model> Push<M> {
    /// Whether the numbers of its mutations ascend, from 1 on.
    pub fn is_in_order(&self) -> bool {
        let mut last = 0;
        self.mutations
            .iter()
            .all(|mutation| std::mem::replace(&mut last, mutation.seq) < mutation.seq)
    }

    /// The sender's cursor.
    pub fn cursor(&self) -> Cursor {
        Cursor {
            epoch: self.epoch,
            version: self.since,
        }
    }
}

/// What became of a [`Push`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "", from = "FlatAnswer<M>")]
pub struct PushAnswer<M: Model> {
    /// The last mutation of this client that was taken, now or earlier.
    pub acked: Seq,
    /// Those that were taken but refused, now or when they first arrived: all of which the client
    /// may not have heard.
    pub rejected: Vec<Rejection>,
    /// All that is newer than the push's cursor, the sender's own changes too.
    #[serde(flatten)]
    pub catch_up: CatchUp<M>,
}

/// A [`PushAnswer`] to be read: as flat as it is written.
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
    /// Which one.
    pub seq: Seq,
    /// Why.
    pub reason: Refusal,
}
