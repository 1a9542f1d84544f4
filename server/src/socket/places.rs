//! Limits the number of open sockets per client.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::client::Network;

/// Counts each client's open sockets, up to a maximum.
#[derive(Debug)]
pub(crate) struct Places {
    max_of_client: usize,
    max: usize,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    clients: HashMap<Network, usize>,
}

/// Why a socket gets no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoPlace {
    /// The client is at its maximum.
    OfClient,
    /// All places are taken.
    OfAll,
}

/// A socket's place. Dropping it frees the place.
#[derive(Debug)]
pub(super) struct Place {
    places: Arc<Places>,
    network: Network,
}

impl Places {
    /// Returns places for at most `max` sockets, and `max_of_client` of each client.
    pub(crate) fn new(max_of_client: usize, max: usize) -> Self {
        Self {
            max_of_client,
            max,
            taken: Mutex::default(),
        }
    }

    /// Returns a place for another socket.
    pub(super) fn take(self: &Arc<Self>, network: Network) -> Result<Place, NoPlace> {
        let mut taken = self.taken();
        let count = taken.clients.get(&network).copied().unwrap_or_default();
        if count >= self.max_of_client {
            return Err(NoPlace::OfClient);
        }
        if taken.all >= self.max {
            return Err(NoPlace::OfAll);
        }
        taken.all += 1;
        taken.clients.insert(network, count + 1);
        Ok(Place {
            places: self.clone(),
            network,
        })
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        // No holder of the lock panics half-way.
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken();
        taken.all -= 1;
        if let Some(count) = taken.clients.get_mut(&self.network) {
            *count -= 1;
            if *count == 0 {
                taken.clients.remove(&self.network);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_client_and_all_have_only_so_many_places() {
        let network = |last| Network::of([192, 0, 2, last].into());
        let places = Arc::new(Places::new(2, 3));
        let first = places.take(network(1)).expect("room");
        let _second = places.take(network(1)).expect("room");
        assert_eq!(places.take(network(1)).err(), Some(NoPlace::OfClient));
        let _other = places.take(network(2)).expect("room");
        assert_eq!(places.take(network(3)).err(), Some(NoPlace::OfAll));
        drop(first);
        assert!(places.take(network(3)).is_ok());
    }
}
