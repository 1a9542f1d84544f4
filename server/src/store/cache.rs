//! The lists that the writer has in memory.

use std::collections::HashMap;

use uuid::Uuid;

use super::channel::Channel;

/// The lists that were written to of late, as the last commit left them.
///
/// A batch takes the lists that it touches out, and puts them back once it is committed. What a
/// failed batch did to them is thereby forgotten.
pub(super) struct Cache {
    channels: HashMap<Uuid, Cached>,
    /// The sum of the costs.
    cost: usize,
    /// What the sum may be.
    limit: usize,
    /// Counts up with every use.
    clock: u64,
}

struct Cached {
    channel: Channel,
    cost: usize,
    used: u64,
}

impl Cache {
    /// A cache of so many bytes.
    pub(super) fn new(limit: usize) -> Self {
        Self {
            channels: HashMap::new(),
            cost: 0,
            limit,
            clock: 0,
        }
    }

    /// Whether it has a list.
    pub(super) fn has(&self, list: Uuid) -> bool {
        self.channels.contains_key(&list)
    }

    /// Takes a list out.
    pub(super) fn take(&mut self, list: Uuid) -> Option<Channel> {
        let cached = self.channels.remove(&list)?;
        self.cost -= cached.cost;
        Some(cached.channel)
    }

    /// Puts a list in or back.
    pub(super) fn put(&mut self, list: Uuid, channel: Channel) {
        self.clock += 1;
        let cost = channel.cost();
        let cached = Cached {
            channel,
            cost,
            used: self.clock,
        };
        if let Some(previous) = self.channels.insert(list, cached) {
            self.cost -= previous.cost;
        }
        self.cost += cost;
    }

    /// Lets go of the lists that were idle for longest, if all together are too large. A fifth more
    /// goes than must, so that not every batch has to look for some.
    pub(super) fn evict(&mut self) {
        if self.cost <= self.limit {
            return;
        }
        let mut by_use: Vec<(u64, Uuid)> = self
            .channels
            .iter()
            .map(|(list, cached)| (cached.used, *list))
            .collect();
        by_use.sort_unstable();
        for (_, list) in by_use {
            if self.cost <= self.limit / 5 * 4 {
                break;
            }
            self.take(list);
        }
    }
}

#[cfg(test)]
mod tests {
    use app::{List, Title};

    use super::*;

    fn empty() -> Channel {
        Channel::new(List {
            id: Uuid::nil(),
            title: Title::from_stored(String::new()),
            version: 0,
            created_at: 0,
            updated_at: 0,
        })
    }

    #[test]
    fn the_lists_that_were_idle_for_longest_go_first() {
        let cost = empty().cost();
        let mut cache = Cache::new(10 * cost);
        let lists: Vec<Uuid> = (0..11).map(Uuid::from_u128).collect();
        for list in &lists {
            cache.put(*list, empty());
        }
        let first = cache.take(lists[0]).expect("it was put");
        cache.put(lists[0], first);
        cache.evict();
        assert_eq!(cache.cost, 8 * cost);
        assert!(cache.take(lists[0]).is_some());
        assert!(cache.take(lists[1]).is_none());
    }
}
