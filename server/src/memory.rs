//! Memory budgets that requests share, with a limit in total and per client.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::client::Network;

/// A memory budget. It only counts bytes, and does not hold them.
#[derive(Debug)]
pub(crate) struct Memory {
    /// Limit in total, in bytes.
    all: usize,
    /// Limit per client, in bytes.
    share: usize,
    taken: Mutex<Taken>,
}

#[derive(Debug)]
struct Taken {
    all: usize,
    shares: BTreeMap<Network, usize>,
}

/// The budget is used up.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Full;

/// A part of a budget. Dropping it frees the part.
#[derive(Debug)]
pub(crate) struct Room {
    memory: &'static Memory,
    network: Network,
    bytes: usize,
}

impl Memory {
    pub(crate) const fn new(all: usize, share: usize) -> Self {
        let taken = Taken {
            all: 0,
            shares: BTreeMap::new(),
        };
        Self {
            all,
            share,
            taken: Mutex::new(taken),
        }
    }

    /// Returns an empty part for a request of this client.
    pub(crate) fn room(&'static self, network: Network) -> Room {
        Room {
            memory: self,
            network,
            bytes: 0,
        }
    }

    /// Whether nothing is left for the client.
    pub(crate) fn is_full(&self, network: Network) -> bool {
        !self.has(&self.taken(), network, 1)
    }

    fn has(&self, taken: &Taken, network: Network, bytes: usize) -> bool {
        let share = taken.shares.get(&network).copied().unwrap_or_default();
        taken.all.saturating_add(bytes) <= self.all && share.saturating_add(bytes) <= self.share
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        // No holder of the lock panics half-way.
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Room {
    /// Grows the part to a number of bytes.
    ///
    /// # Errors
    /// If that is more than is left; the part then keeps its size.
    pub(crate) fn grow(&mut self, bytes: usize) -> Result<(), Full> {
        let more = bytes.saturating_sub(self.bytes);
        let mut taken = self.memory.taken();
        if more > 0 && !self.memory.has(&taken, self.network, more) {
            return Err(Full);
        }
        taken.add(self.network, more);
        self.bytes += more;
        Ok(())
    }

    /// Adds bytes to the part.
    ///
    /// # Errors
    /// Those of [`Room::grow`].
    pub(crate) fn add(&mut self, bytes: usize) -> Result<(), Full> {
        self.grow(self.bytes + bytes)
    }

    /// Grows the part to a number of bytes even beyond the limits, for what can no longer be refused.
    pub(crate) fn grow_anyway(&mut self, bytes: usize) {
        let more = bytes.saturating_sub(self.bytes);
        self.memory.taken().add(self.network, more);
        self.bytes += more;
    }
}

impl Taken {
    fn add(&mut self, network: Network, bytes: usize) {
        if bytes > 0 {
            self.all += bytes;
            *self.shares.entry(network).or_default() += bytes;
        }
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        let mut taken = self.memory.taken();
        taken.all -= self.bytes;
        if let Some(share) = taken.shares.get_mut(&self.network) {
            *share -= self.bytes;
            if *share == 0 {
                taken.shares.remove(&self.network);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(last: u8) -> Network {
        Network::of([192, 0, 2, last].into())
    }

    #[test]
    fn one_client_leaves_room_for_others_and_all_have_a_bound() {
        static MEMORY: Memory = Memory::new(100, 40);
        let mut first = MEMORY.room(network(1));
        assert_eq!(first.grow(30), Ok(()));
        assert_eq!(first.grow(40), Ok(()), "ten more");
        assert_eq!(MEMORY.room(network(1)).grow(1), Err(Full));
        assert!(MEMORY.is_full(network(1)) && !MEMORY.is_full(network(2)));
        let mut others = [MEMORY.room(network(2)), MEMORY.room(network(3))];
        assert_eq!(others[0].grow(40), Ok(()));
        assert_eq!(others[1].grow(21), Err(Full));
        assert_eq!(others[1].grow(20), Ok(()));
        drop(first);
        assert_eq!(others[1].grow(40), Ok(()));
        drop(others);
        assert!(MEMORY.taken().shares.is_empty());
        assert_eq!(MEMORY.taken().all, 0);
    }

    #[test]
    fn what_cannot_be_refused_keeps_others_out() {
        static MEMORY: Memory = Memory::new(100, 40);
        let mut first = MEMORY.room(network(1));
        first.grow_anyway(120);
        assert!(MEMORY.is_full(network(2)));
        drop(first);
        assert_eq!(MEMORY.room(network(2)).grow(40), Ok(()));
    }
}
