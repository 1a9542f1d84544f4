//! Requests that wait for the writer, and their order.

mod entry;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet, VecDeque};

use uuid::Uuid;

pub(super) use self::entry::{Creation, Entry, Size};

use crate::client::Network;

/// Maximum number of mutations in a batch, so that nobody waits long for it.
const BATCH_MUTATIONS: usize = 4_096;

/// Maximum number of mutations of one list in a batch (but at least one write), which leaves room
/// for other lists.
const LIST_MUTATIONS: usize = 1_024;

/// Maximum number of heavy writes in one commit.
const HEAVY_AT_ONCE: usize = 2;

/// Maximum number of waiting writes to one list, which leaves room for other lists.
const LIST_REQUESTS: usize = 1_024;

/// Waiting requests in the order of their arrival, and the lists whose writes are held up.
#[derive(Default)]
pub(super) struct Waiting {
    creations: VecDeque<Creation>,
    entries: VecDeque<Entry>,
    /// Number of waiting writes per list.
    counts: HashMap<Uuid, usize>,
    /// Lists that are being loaded, or to which a large write is under way.
    held_up: HashSet<Uuid>,
}

impl Waiting {
    pub(super) fn len(&self) -> usize {
        self.creations.len() + self.entries.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether a small request could be served now.
    pub(super) fn is_ready(&self) -> bool {
        let mut behind = HashSet::new();
        let mut entries = self.entries.iter();
        !self.creations.is_empty()
            || entries.any(|entry| {
                if entry.size != Size::Small {
                    behind.insert(entry.write.list);
                }
                !self.is_held_up(entry) && !behind.contains(&entry.write.list)
            })
    }

    /// Returns the list of the first large write that could be served now.
    pub(super) fn next_large(&self) -> Option<Uuid> {
        self.firsts(Size::Large)
            .next()
            .map(|entry| entry.write.list)
    }

    /// Whether a heavy write could be served now.
    pub(super) fn has_heavy(&self) -> bool {
        self.firsts(Size::Heavy).next().is_some()
    }

    /// Removes and returns the oldest heavy writes, each the first to its list.
    pub(super) fn next_heavy(&mut self) -> Vec<Entry> {
        let firsts = self.firsts(Size::Heavy).take(HEAVY_AT_ONCE);
        let lists: Vec<Uuid> = firsts.map(|entry| entry.write.list).collect();
        lists
            .into_iter()
            .filter_map(|list| self.take(list))
            .collect()
    }

    /// Returns the writes of a size that are the first to their lists, and are not held up.
    fn firsts(&self, size: Size) -> impl Iterator<Item = &Entry> {
        let is_any = self.entries.iter().any(|entry| entry.size == size);
        let entries = is_any.then(|| self.entries.iter()).into_iter().flatten();
        let mut seen = HashSet::new();
        entries.filter(move |entry| {
            seen.insert(entry.write.list) && entry.size == size && !self.is_held_up(entry)
        })
    }

    /// Returns who asks for a list's first write.
    pub(super) fn asker(&self, list: Uuid) -> Option<Network> {
        let first = self.entries.iter().find(|entry| entry.write.list == list);
        first.map(|entry| entry.asker)
    }

    /// Removes and returns a list's first write.
    pub(super) fn take(&mut self, list: Uuid) -> Option<Entry> {
        let is_of_list = |entry: &Entry| entry.write.list == list;
        let entry = self
            .entries
            .remove(self.entries.iter().position(is_of_list)?)?;
        if let Some(count) = self.counts.get_mut(&list) {
            *count -= 1;
        }
        Some(entry)
    }

    /// Has a list's first write served in one commit, however large it is.
    pub(super) fn hurry(&mut self, list: Uuid) {
        if let Some(mut entry) = self.take(list) {
            entry.size = Size::Heavy;
            self.give_back(vec![entry]);
        }
    }

    /// Adds a list to create.
    pub(super) fn add_creation(&mut self, creation: Creation) {
        self.creations.push_back(creation);
    }

    /// Takes the oldest lists to create, at most `most`. They do not depend on any write.
    pub(super) fn next_creations(&mut self, most: usize) -> Vec<Creation> {
        let count = self.creations.len().min(most);
        self.creations.drain(..count).collect()
    }

    /// Adds a write, or returns it if too many wait for its list.
    pub(super) fn add(&mut self, entry: Entry) -> Option<Entry> {
        let count = self.counts.entry(entry.write.list).or_default();
        if *count >= LIST_REQUESTS {
            return Some(entry);
        }
        *count += 1;
        self.entries.push_back(entry);
        None
    }

    /// Removes and returns the next batch of at most `most` small writes: the oldest, but not too many of
    /// one list, and each list's first before any list's second.
    pub(super) fn next_batch(&mut self, most: usize) -> Vec<Entry> {
        let mut shares: HashMap<Uuid, Share> = HashMap::new();
        let (mut batch, mut mutations) = (Vec::new(), 0);
        let mut left = VecDeque::with_capacity(self.entries.len());
        for entry in std::mem::take(&mut self.entries) {
            let wanted = entry.write.mutations.len();
            let is_full = batch.len() >= most || mutations >= BATCH_MUTATIONS;
            if is_full || self.is_held_up(&entry) {
                left.push_back(entry);
                continue;
            }
            let share = shares.entry(entry.write.list).or_default();
            // What comes behind one that is not small waits for it.
            share.is_full |= entry.size != Size::Small;
            if !share.takes(wanted) {
                left.push_back(entry);
                continue;
            }
            mutations += wanted;
            batch.push((share.requests, entry));
        }
        self.entries = left;
        batch.sort_by_key(|(rank, _)| *rank);
        let batch: Vec<_> = batch.into_iter().map(|(_, entry)| entry).collect();
        for entry in &batch {
            if let Some(count) = self.counts.get_mut(&entry.write.list) {
                *count -= 1;
            }
        }
        self.counts.retain(|_, count| *count > 0);
        batch
    }

    /// Puts back writes that had no turn in their batch, before all others.
    pub(super) fn give_back(&mut self, entries: Vec<Entry>) {
        for entry in entries.into_iter().rev() {
            *self.counts.entry(entry.write.list).or_default() += 1;
            self.entries.push_front(entry);
        }
    }

    /// Makes a list's writes wait. Returns whether they did not wait before.
    pub(super) fn hold_up(&mut self, list: Uuid) -> bool {
        self.held_up.insert(list)
    }

    /// Ends a list's waiting.
    pub(super) fn let_go(&mut self, list: Uuid) {
        self.held_up.remove(&list);
    }

    /// Removes and returns all writes to a list.
    pub(super) fn remove(&mut self, list: Uuid) -> Vec<Entry> {
        self.counts.remove(&list);
        let (removed, left) = std::mem::take(&mut self.entries)
            .into_iter()
            .partition(|entry| entry.write.list == list);
        self.entries = left;
        let removed: VecDeque<Entry> = removed;
        removed.into()
    }

    fn is_held_up(&self, entry: &Entry) -> bool {
        self.held_up.contains(&entry.write.list)
    }
}

/// One list's share of a batch.
#[derive(Default)]
struct Share {
    requests: usize,
    mutations: usize,
    is_full: bool,
}

impl Share {
    /// Takes another write, if it fits. After one that does not fit, none does, which keeps their
    /// order.
    fn takes(&mut self, mutations: usize) -> bool {
        self.is_full |= self.requests > 0 && self.mutations + mutations > LIST_MUTATIONS;
        if !self.is_full {
            self.requests += 1;
            self.mutations += mutations;
        }
        !self.is_full
    }
}
