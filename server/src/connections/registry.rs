//! All open connections: limits in total and per network, and which connection is evicted for a new
//! one.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::time::Instant;

use super::activity::Activity;
use crate::client::Network;

/// Maximum number of evicted connections that have not closed yet. The reserved file descriptors
/// cover them.
const MAX_CLOSING: usize = 16;

/// All open connections.
#[derive(Debug)]
pub(super) struct Registry {
    max: usize,
    max_of_network: usize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    next: u64,
    /// Connections that hold a descriptor, including those about to close.
    open: usize,
    admitted: usize,
    networks: HashMap<Option<Network>, HashMap<u64, Arc<Activity>>>,
}

/// A connection's place. Dropping it frees the place.
#[derive(Debug)]
pub(super) struct Place {
    registry: Arc<Registry>,
    network: Option<Network>,
    id: u64,
    activity: Arc<Activity>,
}

impl Registry {
    pub(super) fn new(max: usize, max_of_network: usize) -> Arc<Self> {
        Arc::new(Self {
            max,
            max_of_network,
            state: Mutex::default(),
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No holder of the lock panics half-way.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns a place for a new connection. A network of `None` stands for trusted proxies, to
    /// which only the total limit applies. At a limit, the connection that has been idle longest is
    /// evicted: one of the same network or, at the total limit, of the network with the most
    /// connections. If none is idle, there is no place.
    pub(super) fn admit(self: &Arc<Self>, network: Option<Network>) -> Option<Place> {
        let mut state = self.state();
        if state.open >= self.max + MAX_CLOSING {
            return None;
        }
        let here = state.networks.get(&network).map_or(0, HashMap::len);
        if network.is_some() && here >= self.max_of_network {
            state.evict(network)?;
        } else if state.admitted >= self.max {
            let most = state.networks.iter().max_by_key(|(_, all)| all.len());
            let most = most.map(|(network, _)| *network)?;
            state.evict(most).or_else(|| state.evict_any())?;
        }
        let id = state.next;
        state.next += 1;
        state.open += 1;
        state.admitted += 1;
        let activity = Arc::new(Activity::new(Instant::now()));
        let all = state.networks.entry(network).or_default();
        all.insert(id, activity.clone());
        Some(Place {
            registry: self.clone(),
            network,
            id,
            activity,
        })
    }

    /// Evicts the connection that has been idle longest. Returns false if none is idle.
    pub(super) fn make_room(&self) -> bool {
        self.state().evict_any().is_some()
    }
}

impl State {
    fn evict(&mut self, network: Option<Network>) -> Option<()> {
        let victim = longest_stalled(self.networks.get(&network)?)?.1;
        self.remove(network, victim)?.evict();
        Some(())
    }

    fn evict_any(&mut self) -> Option<()> {
        let stalled = self.networks.iter().filter_map(|(network, all)| {
            let (since, id) = longest_stalled(all)?;
            Some((since, id, *network))
        });
        let (_, victim, network) = stalled.min_by_key(|(since, ..)| *since)?;
        self.remove(network, victim)?.evict();
        Some(())
    }

    fn remove(&mut self, network: Option<Network>, id: u64) -> Option<Arc<Activity>> {
        let all = self.networks.get_mut(&network)?;
        let activity = all.remove(&id)?;
        if all.is_empty() {
            self.networks.remove(&network);
        }
        self.admitted -= 1;
        Some(activity)
    }
}

fn longest_stalled(all: &HashMap<u64, Arc<Activity>>) -> Option<(Instant, u64)> {
    let now = Instant::now();
    let stalled = all
        .iter()
        .filter_map(|(id, activity)| Some((activity.stalled_since(now)?, *id)));
    stalled.min()
}

impl Place {
    pub(super) fn activity(&self) -> &Arc<Activity> {
        &self.activity
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = self.registry.state();
        state.open -= 1;
        state.remove(self.network, self.id);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[expect(clippy::unnecessary_wraps, reason = "it is what `admit` takes")]
    fn network(last: u8) -> Option<Network> {
        Some(Network::of([192, 0, 2, last].into()))
    }

    async fn pass(seconds: u64) {
        tokio::time::advance(Duration::from_secs(seconds)).await;
    }

    fn is_evicted(place: &Place) -> bool {
        place.activity.is_evicted(std::task::Waker::noop())
    }

    #[tokio::test(start_paused = true)]
    async fn the_longest_idle_connection_of_a_network_is_evicted_for_a_new_one() {
        let registry = Registry::new(100, 2);
        let first = registry.admit(network(1)).expect("room");
        pass(1).await;
        let second = registry.admit(network(1)).expect("room");
        pass(1).await;
        let other = registry.admit(network(2)).expect("room");
        pass(1).await;
        let third = registry.admit(network(1)).expect("the first one's place");
        assert!(is_evicted(&first));
        for stays in [&second, &other, &third] {
            assert!(!is_evicted(stays));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_being_served_keeps_its_place() {
        let registry = Registry::new(100, 1);
        let busy = registry.admit(network(1)).expect("room");
        busy.activity().request_began();
        pass(60).await;
        assert!(registry.admit(network(1)).is_none());
        assert!(!is_evicted(&busy));
        assert!(registry.admit(network(2)).is_some());
        drop(busy);
        assert!(registry.admit(network(1)).is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn at_the_total_limit_the_largest_network_gives_up_a_place() {
        let registry = Registry::new(3, 100);
        let small = registry.admit(network(2)).expect("room");
        pass(1).await;
        let big: Vec<_> = (0..2).map(|_| registry.admit(network(1))).collect();
        pass(1).await;
        let _new = registry.admit(network(3)).expect("a place");
        assert!(!is_evicted(&small));
        let evicted = big.iter().flatten().filter(|place| is_evicted(place));
        assert_eq!(evicted.count(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn only_the_total_limit_applies_to_proxies() {
        let registry = Registry::new(3, 1);
        let places: Vec<_> = (0..3).map(|_| registry.admit(None)).collect();
        assert!(places.iter().all(Option::is_some));
        assert!(registry.admit(None).is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn closing_connections_do_not_pile_up() {
        let registry = Registry::new(1, 100);
        let mut places = Vec::new();
        while let Some(place) = registry.admit(network(1)) {
            places.push(place);
            pass(1).await;
            assert!(places.len() < 100);
        }
        assert_eq!(places.len(), 1 + MAX_CLOSING);
    }
}
