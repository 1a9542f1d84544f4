//! Limits on what an authority keeps, and the removal of what exceeds them.

use std::cmp::Reverse;

use uuid::Uuid;

use super::{Authority, ClientState, Outcome};
use crate::{ClientId, MAX_MUTATIONS, Millis, Model, Mutation, Refusal, Rejection, Seq, Unit};

/// A day, in milliseconds.
const DAY_MS: Millis = 24 * 60 * 60 * 1_000;

/// Limits of an authority that do not depend on the model. Those that do are [`Model::LIMIT`],
/// [`Model::MAX_WEIGHT`] and [`Model::MAX_TOMBSTONES`].
#[derive(Clone, Copy, Debug)]
pub struct Bounds;

impl Bounds {
    /// Largest number of clients that are remembered. A browser is a new client each time it opens a list
    /// and writes: this is 600 a day for a month.
    pub const CLIENTS: usize = 20_000;

    /// Largest number of clients that are remembered for longer than [`Self::CLIENT_DAYS`].
    pub const IDLE_CLIENTS: usize = 10_000;

    /// How long a client is remembered after its last push, in days: it could repeat a push whose answer
    /// was lost.
    pub const CLIENT_DAYS: i64 = 30;

    /// Largest number of refusals that are remembered of all clients.
    pub const REFUSALS: usize = 10_000;

    /// Largest number of clients of which all numbers of the last push are remembered. With more clients,
    /// it is [`Self::SHORT_MEMORY`] of each.
    pub const LONG_MEMORIES: usize = 100;

    /// How many numbers are remembered of each of many clients, and of any client before its last push.
    pub const SHORT_MEMORY: usize = 50;

    /// Weight of the changes after which the rest of a push is left for the next one, in bytes.
    pub const TAKEN_WEIGHT: usize = 1024 * 1024;
}

/// What [`Authority::tidy`] removed, for a store to remove it, too.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tidied {
    /// Tombstones that were removed.
    pub rows: Vec<Uuid>,
    /// Clients that were forgotten.
    pub forgotten: Vec<ClientId>,
    /// Clients whose refusals were forgotten.
    pub pardoned: Vec<ClientId>,
}

impl<M: Model> Authority<M> {
    /// Removes what exceeds the limits: the oldest tombstones, at most `most` at once; clients that have
    /// not pushed for [`Bounds::CLIENT_DAYS`] days; and the refusals of the clients that pushed longest
    /// ago.
    pub fn tidy(&mut self, now: Millis, most: usize) -> Tidied {
        Tidied {
            rows: self.remove_tombstones(most),
            forgotten: self.forget_clients(now),
            pardoned: self.forget_refusals(),
        }
    }

    fn remove_tombstones(&mut self, most: usize) -> Vec<Uuid> {
        let mut removed = Vec::new();
        while removed.len() < most
            && (self.tombstones.len() > M::MAX_TOMBSTONES || self.tombstones_weight > M::MAX_WEIGHT)
            && let Some(oldest) = self.tombstones.first().copied()
        {
            removed.push(self.remove(oldest));
        }
        removed
    }

    fn forget_clients(&mut self, now: Millis) -> Vec<ClientId> {
        let excess = self.clients.len().saturating_sub(Bounds::IDLE_CLIENTS);
        if excess == 0 {
            return Vec::new();
        }
        let horizon = now - Bounds::CLIENT_DAYS * DAY_MS;
        let idle = self
            .clients
            .iter()
            .filter(|(_, state)| state.seen_at < horizon);
        let mut idle: Vec<_> = idle.map(|(id, state)| (state.seen_at, *id)).collect();
        idle.sort_unstable();
        let forgotten: Vec<_> = idle.into_iter().take(excess).map(|(_, id)| id).collect();
        for id in &forgotten {
            self.set_client(*id, None);
        }
        forgotten
    }

    fn forget_refusals(&mut self) -> Vec<ClientId> {
        if self.refusals <= Bounds::REFUSALS {
            return Vec::new();
        }
        let mut refused: Vec<_> = self
            .clients
            .iter()
            .filter(|(_, state)| !state.rejected.is_empty())
            .map(|(id, state)| (Reverse(state.seen_at), *id))
            .collect();
        refused.sort_unstable();
        let mut pardoned = Vec::new();
        while self.refusals > Bounds::REFUSALS
            && let Some((_, id)) = refused.pop()
        {
            if let Some(state) = self.clients.get_mut(&id) {
                self.refusals -= std::mem::take(&mut state.rejected).len();
            }
            pardoned.push(id);
        }
        pardoned
    }

    /// Remembers the state of a client after a push.
    pub(super) fn remember(&mut self, client: ClientId, state: &mut ClientState, now: Millis) {
        let excess = state.rejected.len().saturating_sub(MAX_MUTATIONS);
        state.rejected.drain(..excess);
        if self.clients.len() > Bounds::LONG_MEMORIES {
            state.numbers.keep_newest(Bounds::SHORT_MEMORY);
        }
        let known = self.clients.get(&client);
        // A push that changes nothing need not be stored each time.
        if known != Some(&*state) || now - state.seen_at >= DAY_MS {
            state.seen_at = now;
        }
        self.set_client(client, Some(state.clone()));
    }

    /// Sets or forgets the state of a client.
    pub(super) fn set_client(&mut self, client: ClientId, state: Option<ClientState>) {
        let old = match state {
            Some(state) => {
                self.refusals += state.rejected.len();
                self.numbers += state.numbers.len();
                self.clients.insert(client, state)
            }
            None => self.clients.remove(&client),
        };
        if let Some(old) = old {
            self.refusals -= old.rejected.len();
            self.numbers -= old.numbers.len();
        }
    }

    pub(super) fn has_no_room_for(&self, client: ClientId) -> bool {
        self.clients.len() >= Bounds::CLIENTS && !self.clients.contains_key(&client)
    }

    /// Refuses all mutations of a push.
    pub(super) fn turn_away(mutations: &[Mutation<M>]) -> Outcome<M> {
        let reason = Refusal::NoRoom {
            limit: Bounds::CLIENTS,
            unit: Unit::Clients,
        };
        let rejected = mutations.iter().map(|mutation| Rejection {
            seq: mutation.seq,
            reason: reason.clone(),
        });
        Outcome {
            acked: mutations.last().map_or(Seq::ZERO, |mutation| mutation.seq),
            rejected: rejected.collect(),
            changes: Vec::new(),
        }
    }
}
