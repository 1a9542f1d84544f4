//! Changes that the server has refused, as they are told and stored.

use serde::{Deserialize, Serialize};
use sync::{Op, Refusal, Refused};
use uuid::Uuid;

use crate::{Record, platform};

/// Operations that were refused for one reason.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RefusedChanges {
    /// Identifies them on the page and in the browser's database.
    pub id: Uuid,
    /// Why.
    pub reason: Refusal,
    /// What was refused.
    pub ops: Vec<Op<Record>>,
}

/// Groups what was refused by reason.
pub fn by_reason(refused: Vec<Refused<Record>>) -> Vec<RefusedChanges> {
    let mut all: Vec<RefusedChanges> = Vec::new();
    for Refused { mutation, reason } in refused {
        match all.iter_mut().find(|known| known.reason == reason) {
            Some(known) => known.ops.push(mutation.op),
            None => all.push(RefusedChanges {
                id: platform::new_id(),
                reason,
                ops: vec![mutation.op],
            }),
        }
    }
    all
}
