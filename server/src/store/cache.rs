//! The writer's cache of lists.

use std::collections::HashMap;

use uuid::Uuid;

use super::channel::Channel;

/// Recently written lists, as of the last commit.
///
/// A batch takes the lists that it touches out of the cache, and puts them back once it is
/// committed. So what a failed batch did to them is dropped.
pub(super) struct Cache {
    channels: HashMap<Uuid, Cached>,
    /// The total cost, in bytes.
    cost: usize,
    /// The maximum total cost, in bytes.
    limit: usize,
    /// Incremented with every use.
    clock: u64,
}

struct Cached {
    channel: Channel,
    cost: usize,
    used: u64,
}

impl Cache {
    /// Creates a cache of a size in bytes.
    pub(super) fn new(limit: usize) -> Self {
        Self {
            channels: HashMap::new(),
            cost: 0,
            limit,
            clock: 0,
        }
    }

    /// Whether a list is cached.
    pub(super) fn has(&self, list: Uuid) -> bool {
        self.channels.contains_key(&list)
    }

    /// Removes and returns a list.
    pub(super) fn take(&mut self, list: Uuid) -> Option<Channel> {
        let cached = self.channels.remove(&list)?;
        self.cost -= cached.cost;
        Some(cached.channel)
    }

    /// Inserts a list.
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

    /// Evicts the longest idle lists if the cache is too large. It evicts a fifth more than needed,
    /// so that not every batch has to search.
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
    use app::{ItemPatch, List, RecordPatch, Title};
    use sync::{Mutation, Op, Place, Seq, Version};

    use super::*;

    fn empty() -> Channel {
        Channel::new(List {
            id: Uuid::nil(),
            title: Title::from_stored(String::new()),
            version: Version::ZERO,
            created_at: 0,
            updated_at: 0,
        })
    }

    #[test]
    fn the_longest_idle_lists_are_evicted_first() {
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

    #[test]
    fn a_list_that_is_put_again_costs_once() {
        let mut cache = Cache::new(usize::MAX);
        for _ in 0..3 {
            cache.put(Uuid::nil(), empty());
            assert_eq!(cache.cost, empty().cost());
        }
        assert!(cache.take(Uuid::nil()).is_some());
        assert_eq!(cache.cost, 0);
    }

    #[test]
    fn a_list_costs_what_its_texts_do() {
        let mut heavy = empty();
        let create = Op::Create {
            id: Uuid::from_u128(1),
            draft: RecordPatch::Item(ItemPatch {
                longdesc: Some(Some("x".repeat(20_000))),
                ..ItemPatch::shortdesc("heavy")
            }),
            place: Place::End,
        };
        let mutation = Mutation {
            seq: Seq(1),
            op: create,
        };
        heavy.authority.take(None, &[mutation], 0);
        let mut cache = Cache::new(20_000);
        cache.put(Uuid::from_u128(1), empty());
        cache.evict();
        assert!(cache.has(Uuid::from_u128(1)));
        cache.put(Uuid::from_u128(2), heavy);
        cache.evict();
        assert!(!cache.has(Uuid::from_u128(2)), "it alone is too much");
        assert_eq!(cache.cost, 0);
    }
}
