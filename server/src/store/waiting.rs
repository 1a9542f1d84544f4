//! Requests that wait for the writer, and their order.

use std::collections::{HashMap, HashSet, VecDeque};

use app::Record;
use sync::Outcome;
use tokio::sync::oneshot;
use uuid::Uuid;

use super::{
    Write, Written,
    memory::Held,
    request::{Answered, Created, NewList},
};
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

/// A list that waits to be created.
pub(super) struct Creation {
    pub(super) list: NewList,
    pub(super) reply: oneshot::Sender<Created>,
}

impl Creation {
    /// Answers the caller, if it is still there.
    pub(super) fn answer(self, created: Created) {
        let _ = self.reply.send(created);
    }
}

/// A write that waits for the writer.
pub(super) struct Entry {
    pub(super) write: Write,
    pub(super) reply: oneshot::Sender<Answered>,
    /// Who asks for it.
    pub(super) asker: Network,
    /// Its share of the memory for waiting writes.
    pub(super) held: Option<Held>,
    /// How it is taken.
    pub(super) size: Size,
    /// What was taken of it in earlier commits, if it is a push that is taken in parts.
    pub(super) taken: Option<Outcome<Record>>,
}

/// How a write is taken, by its size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Size {
    /// With others, in the next batch.
    Small,
    /// In a commit beside the batches, after which the writer rests: others are not to wait for it.
    Heavy,
    /// [Staged](super::staging), over several commits.
    Large,
}

impl Entry {
    /// Answers the caller, if it is still there. If a part of it is taken, the rest failing is no error: it is
    /// not acknowledged, and comes again.
    pub(super) fn answer(self, answer: Answered) {
        let answer = match (self.taken, answer) {
            (None, answer) => answer,
            (Some(mut outcome), Ok(written)) => {
                outcome.go_on(written.outcome);
                Ok(Written { outcome, ..written })
            }
            (Some(outcome), Err(_)) => Ok(Written {
                outcome,
                catch_up: None,
            }),
        };
        let _ = self.reply.send(answer);
        drop(self.held);
    }

    /// Returns the write with a further part taken. It goes on beside the batches.
    pub(super) fn with_part(mut self, part: Outcome<Record>) -> Self {
        match &mut self.taken {
            Some(taken) => taken.go_on(part),
            None => self.taken = Some(part),
        }
        self.size = Size::Heavy;
        self
    }

    /// Returns the weight of what is taken, in bytes.
    pub(super) fn weight(&self) -> usize {
        self.taken.as_ref().map_or(0, Outcome::weight)
    }
}

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

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use sync::{Mutation, Op};

    use super::*;

    /// Returns a write to the list of this number, with this many mutations.
    fn entry(list: u128, mutations: usize) -> Entry {
        let id = Uuid::nil();
        let mutations = (1..).take(mutations).map(|seq| Mutation {
            seq,
            op: Op::Destroy { id },
        });
        Entry {
            write: Write {
                list: Uuid::from_u128(list),
                links_version: None,
                client: None,
                socket: None,
                mutations: mutations.collect(),
                begins: None,
                since: None,
                atomic: false,
            },
            reply: oneshot::channel().0,
            asker: Network::of(Ipv4Addr::LOCALHOST.into()),
            held: None,
            size: Size::Small,
            taken: None,
        }
    }

    fn large(list: u128) -> Entry {
        Entry {
            size: Size::Large,
            ..entry(list, 5_000)
        }
    }

    fn heavy(list: u128, mutations: usize) -> Entry {
        Entry {
            size: Size::Heavy,
            ..entry(list, mutations)
        }
    }

    fn waiting(entries: impl IntoIterator<Item = Entry>) -> Waiting {
        let mut waiting = Waiting::default();
        for entry in entries {
            assert!(waiting.add(entry).is_none());
        }
        waiting
    }

    /// Returns the list and the number of mutations of each write in the next batch.
    fn next(waiting: &mut Waiting, most: usize) -> Vec<(u128, usize)> {
        numbers(&waiting.next_batch(most))
    }

    /// Returns the list and the number of mutations of each write.
    fn numbers(entries: &[Entry]) -> Vec<(u128, usize)> {
        let numbers = |entry: &Entry| (entry.write.list.as_u128(), entry.write.mutations.len());
        entries.iter().map(numbers).collect()
    }

    #[test]
    fn one_list_leaves_room_for_others_and_each_keeps_its_order() {
        let mut waiting = waiting([
            entry(1, 1_000),
            entry(1, 1_001),
            entry(1, 2),
            entry(2, 3),
            entry(1, 4),
        ]);
        assert_eq!(next(&mut waiting, 256), [(1, 1_000), (2, 3)]);
        assert_eq!(next(&mut waiting, 256), [(1, 1_001), (1, 2), (1, 4)]);
        assert!(waiting.is_empty());
    }

    #[test]
    fn each_lists_first_request_comes_before_any_second() {
        let mut waiting = waiting([entry(1, 1), entry(1, 2), entry(1, 3), entry(2, 4)]);
        let order = [(1, 1), (2, 4), (1, 2), (1, 3)];
        assert_eq!(next(&mut waiting, 256), order);
    }

    #[test]
    fn a_write_larger_than_a_share_has_a_batch_of_its_own() {
        let mut waiting = waiting([entry(1, 5_001), entry(1, 1), entry(2, 1)]);
        assert_eq!(next(&mut waiting, 256), [(1, 5_001)]);
        assert_eq!(next(&mut waiting, 1), [(1, 1)]);
        assert_eq!(next(&mut waiting, 1), [(2, 1)]);
    }

    #[test]
    fn writes_to_a_list_being_loaded_hold_up_no_others() {
        let mut waiting = waiting([entry(1, 1), entry(2, 2)]);
        assert!(waiting.hold_up(Uuid::from_u128(1)));
        assert_eq!(next(&mut waiting, 256), [(2, 2)]);
        assert!(!waiting.is_ready());
        waiting.let_go(Uuid::from_u128(1));
        assert_eq!(next(&mut waiting, 256), [(1, 1)]);
    }

    #[test]
    fn a_large_request_is_taken_alone_and_in_its_turn() {
        let list = Uuid::from_u128(1);
        let mut waiting = waiting([entry(1, 1), large(1), entry(1, 2), entry(2, 3)]);
        assert_eq!(waiting.next_large(), None);
        assert_eq!(next(&mut waiting, 256), [(1, 1), (2, 3)]);
        assert!(!waiting.is_ready());
        assert_eq!(waiting.next_large(), Some(list));
        waiting.hold_up(list);
        assert_eq!(waiting.next_large(), None);
        waiting.let_go(list);
        assert!(
            waiting
                .take(list)
                .is_some_and(|entry| entry.size == Size::Large)
        );
        assert_eq!(next(&mut waiting, 256), [(1, 2)]);
        assert!(waiting.is_empty());
    }

    #[test]
    fn a_large_request_in_a_hurry_is_taken_in_one_commit() {
        let list = Uuid::from_u128(1);
        let mut waiting = waiting([large(1), entry(2, 3), entry(1, 2)]);
        waiting.hurry(list);
        assert_eq!(waiting.next_large(), None);
        assert_eq!(numbers(&waiting.next_heavy()), [(1, 5_000)]);
        assert_eq!(next(&mut waiting, 256), [(2, 3), (1, 2)]);
    }

    #[test]
    fn heavy_requests_are_taken_beside_the_batches_a_few_at_once_and_in_their_turn() {
        let entries = [
            heavy(1, 100),
            entry(1, 1),
            heavy(2, 100),
            entry(3, 1),
            heavy(3, 100),
            heavy(4, 100),
            heavy(1, 50),
        ];
        let mut waiting = waiting(entries);
        assert_eq!(next(&mut waiting, 256), [(3, 1)]);
        assert!(!waiting.is_ready() && waiting.has_heavy());
        assert_eq!(numbers(&waiting.next_heavy()), [(1, 100), (2, 100)]);
        assert_eq!(next(&mut waiting, 256), [(1, 1)]);
        waiting.hold_up(Uuid::from_u128(4));
        assert_eq!(numbers(&waiting.next_heavy()), [(3, 100), (1, 50)]);
        assert!(!waiting.has_heavy());
        waiting.let_go(Uuid::from_u128(4));
        assert_eq!(numbers(&waiting.next_heavy()), [(4, 100)]);
        assert!(waiting.is_empty());
    }

    #[test]
    fn writes_without_a_turn_come_first_the_next_time() {
        let mut waiting = waiting([entry(1, 1), entry(1, 2), entry(2, 3), entry(3, 9)]);
        let batch = waiting.next_batch(3);
        waiting.give_back(batch);
        assert_eq!(next(&mut waiting, 256), [(1, 1), (2, 3), (3, 9), (1, 2)]);
    }

    #[test]
    fn too_many_writes_to_one_list_are_refused_and_no_others() {
        let mut waiting = waiting((0..LIST_REQUESTS).map(|_| entry(1, 1)));
        assert!(waiting.add(entry(1, 1)).is_some());
        assert!(waiting.add(entry(2, 1)).is_none());
        waiting.next_batch(1);
        assert!(waiting.add(entry(1, 1)).is_none());
    }

    #[test]
    fn a_batch_ends_with_the_request_that_fills_it() {
        let share = LIST_MUTATIONS;
        let mut waiting = waiting([
            entry(1, share),
            entry(2, share),
            entry(3, share),
            entry(4, share - 1),
            entry(5, 1),
            entry(6, 1),
        ]);
        assert_eq!(next(&mut waiting, 256).len(), 5);
        assert_eq!(next(&mut waiting, 256), [(6, 1)]);
    }

    #[test]
    fn a_list_may_fill_its_share_of_a_batch() {
        let mut waiting = waiting([entry(1, LIST_MUTATIONS - 1), entry(1, 1), entry(1, 1)]);
        assert_eq!(next(&mut waiting, 256).len(), 2);
        assert_eq!(next(&mut waiting, 256), [(1, 1)]);
    }

    #[test]
    fn what_no_longer_waits_makes_room_for_as_much_again() {
        let list = Uuid::from_u128(1);
        let mut waiting = waiting((0..LIST_REQUESTS).map(|_| entry(1, 1)));
        assert!(waiting.take(list).is_some());
        assert!(waiting.add(entry(1, 1)).is_none());
        assert!(waiting.add(entry(1, 1)).is_some());

        let batch = waiting.next_batch(1);
        waiting.give_back(batch);
        assert!(waiting.add(entry(1, 1)).is_some());

        assert!(waiting.add(entry(2, 1)).is_none());
        assert_eq!(waiting.remove(list).len(), LIST_REQUESTS);
        assert_eq!(waiting.len(), 1);
        assert!(waiting.add(entry(1, 1)).is_none());
        assert_eq!(waiting.next_batch(256).len(), 2);
        assert!(waiting.is_empty() && waiting.counts.is_empty());
    }

    #[test]
    fn new_lists_wait_in_a_line_of_their_own() {
        let mut waiting = waiting([entry(1, 1)]);
        waiting.hold_up(Uuid::from_u128(1));
        for n in 10..13 {
            let list = NewList {
                id: Uuid::from_u128(n),
                title: app::Title::from_stored(String::new()),
                token: app::service::Token(n.to_string()),
                view_token: app::service::Token(format!("{n}v")),
                may_exist: false,
            };
            let reply = oneshot::channel().0;
            waiting.add_creation(Creation { list, reply });
        }
        assert_eq!(waiting.len(), 4);
        assert!(waiting.is_ready());
        let next = |waiting: &mut Waiting| {
            let creations = waiting.next_creations(2);
            let ids = creations.iter().map(|creation| creation.list.id.as_u128());
            ids.collect::<Vec<_>>()
        };
        assert_eq!(next(&mut waiting), [10, 11]);
        assert_eq!(next(&mut waiting), [12]);
        assert!(!waiting.is_ready() && !waiting.is_empty());
    }
}
