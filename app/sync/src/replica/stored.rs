//! What is stored of a replica.

use serde::{Deserialize, Serialize};

use crate::{Change, ClientId, Epoch, Millis, Model, Mutation, Seq, Version};

/// Everything that must be stored to rebuild a replica after a restart, including its pending mutations.
///
/// A mutation must be kept before a push carries it: a replica that was rebuilt without it would
/// give its number to another, which the authority would then take for a repetition. And of one
/// `Stored` only one replica may live at a time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Stored<M: Model> {
    /// The replica's client id.
    pub client_id: ClientId,
    /// The last version up to which nothing is missing.
    pub cursor: Version,
    /// The epoch of that version.
    #[serde(default)]
    pub epoch: Option<Epoch>,
    /// The head of the last snapshot or reset.
    pub floor: Version,
    /// The number of the next mutation.
    pub next_seq: Seq,
    /// The confirmed rows and tombstones, in the order of versions.
    pub rows: Vec<Change<M>>,
    /// The pending mutations, in order.
    pub pending: Vec<StoredMutation<M>>,
    /// The adopted outboxes, as far as they are pending.
    #[serde(default)]
    pub adopted: Vec<Outbox<M>>,
}

/// The pending mutations of a client whose tab is gone, for another to send in its name.
///
/// No tab ever continues another's numbers, so the number of a mutation that was never stored is not given
/// to another one. Whoever else sends the same mutations, be it the tab itself, which lives after all, the
/// authority takes each of them once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Outbox<M: Model> {
    /// The client that numbered the mutations.
    pub client_id: ClientId,
    /// Its pending mutations, in the order of their numbers. Some may be missing that were never stored.
    pub pending: Vec<StoredMutation<M>>,
}

/// A pending mutation, for keeping.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct StoredMutation<M: Model> {
    /// The mutation.
    pub mutation: Mutation<M>,
    /// When it was made.
    pub at: Millis,
}
