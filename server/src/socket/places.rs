//! Limits the number of open sockets per client.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::client::Network;

/// Counts each client's open sockets, up to a maximum.
#[derive(Debug)]
pub(crate) struct Places {
    max: usize,
    taken: Mutex<HashMap<Network, usize>>,
}

/// A socket's place. Dropping it frees the place.
#[derive(Debug)]
pub(super) struct Place {
    places: Arc<Places>,
    network: Network,
}

impl Places {
    pub(crate) fn new(max: usize) -> Self {
        Self {
            max,
            taken: Mutex::default(),
        }
    }

    /// Returns a place for another socket, or `None` if the client is at its maximum.
    pub(super) fn take(self: &Arc<Self>, network: Network) -> Option<Place> {
        let mut taken = self.taken();
        let count = taken.entry(network).or_default();
        if *count >= self.max {
            return None;
        }
        *count += 1;
        Some(Place {
            places: self.clone(),
            network,
        })
    }

    fn taken(&self) -> MutexGuard<'_, HashMap<Network, usize>> {
        // No holder of the lock panics half-way.
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken();
        if let Some(count) = taken.get_mut(&self.network) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.network);
            }
        }
    }
}
