//! A client's numbers: which mutation was taken under each, and which numbers were left out.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::{Bounds, MAX_MUTATIONS, Model, Mutation, Op, Seq};

/// Largest number of ranges of left-out numbers remembered per client. A range comes about when a browser
/// fails to store a mutation and then loses its tab.
const MAX_RANGES: usize = 32;

/// What an authority remembers of a client's numbers, in addition to the last one.
///
/// A mutation under a number that was taken before is a repetition only if it is the same one. Any other
/// must be refused, since skipping it would lose it: somebody who learned the client's id could otherwise
/// suppress its changes by using its numbers first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Numbers {
    /// Numbers, ascending, and fingerprints of the mutations since the first one of the last push, which
    /// may be repeated, and of [`Bounds::SHORT_MEMORY`] before it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    taken: Vec<(Seq, u32)>,
    /// Ranges of numbers, first and last, that were missing from an outbox. What still comes under them
    /// is new.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    left_out: Vec<(Seq, Seq)>,
}

/// What is known about a mutation whose number is not the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    /// It was taken before.
    Repeated,
    /// Its number was left out; it comes late.
    LeftOut,
    /// Another mutation was taken under this number.
    Another,
    /// Its number counts as taken, but it is no longer known which mutation was taken under it.
    Forgotten,
}

impl Numbers {
    /// Returns how many numbers and ranges are remembered.
    pub(crate) fn len(&self) -> usize {
        self.taken.len() + self.left_out.len()
    }

    /// Returns what is known about a mutation whose number is at most the last one taken.
    pub(crate) fn look_up(&self, seq: Seq, fingerprint: u32) -> Known {
        if self
            .left_out
            .iter()
            .any(|(first, last)| (*first..=*last).contains(&seq))
        {
            return Known::LeftOut;
        }
        match self.taken.binary_search_by_key(&seq, |(seq, _)| *seq) {
            Ok(at) if self.taken[at].1 != fingerprint => Known::Another,
            Ok(_) => Known::Repeated,
            Err(_) => Known::Forgotten,
        }
    }

    /// Returns the first left-out number above `seq`.
    pub(crate) fn first_left_out(&self, seq: Seq) -> Option<Seq> {
        let ranges = self.left_out.iter().filter(|(_, last)| *last > seq);
        ranges.map(|(first, _)| seq.next().max(*first)).min()
    }

    /// Records that a mutation is taken.
    pub(crate) fn take(&mut self, seq: Seq, fingerprint: u32) {
        if let Err(at) = self.taken.binary_search_by_key(&seq, |(seq, _)| *seq) {
            self.taken.insert(at, (seq, fingerprint));
        }
        self.keep_newest(MAX_MUTATIONS);
        let fill = |(first, last): (Seq, Seq)| {
            if (first..=last).contains(&seq) {
                [(first, seq.previous()), (seq.next(), last)]
            } else {
                // The second part is empty.
                [(first, last), (Seq(1), Seq::ZERO)]
            }
        };
        // At the ends of all numbers, a part may be the number itself.
        let is_left_out =
            |(first, last): &(Seq, Seq)| first <= last && !(*first..=*last).contains(&seq);
        let ranges = self.left_out.drain(..).flat_map(fill);
        self.left_out = ranges.filter(is_left_out).collect();
    }

    /// Records that the outbox holds none of these numbers, if there are any. Beyond [`MAX_RANGES`], the
    /// oldest range counts as taken.
    pub(crate) fn leave_out(&mut self, missing: Range<Seq>) {
        if missing.is_empty() {
            return;
        }
        self.left_out.push((missing.start, missing.end.previous()));
        let too_many = self.left_out.len().saturating_sub(MAX_RANGES);
        self.left_out.drain(..too_many);
    }

    /// Forgets which mutations were taken under all but the last `most` numbers.
    pub(crate) fn keep_newest(&mut self, most: usize) {
        let too_many = self.taken.len().saturating_sub(most);
        self.taken.drain(..too_many);
    }

    /// Records that the client has received the answer to everything before this number. A few are kept,
    /// in case somebody else sent the push.
    pub(crate) fn heard_before(&mut self, seq: Seq) {
        let heard = self.taken.partition_point(|(taken, _)| *taken < seq);
        self.taken
            .drain(..heard.saturating_sub(Bounds::SHORT_MEMORY));
    }
}

/// Returns a fingerprint of each mutation's operation: FNV-1a over its JSON, folded to 32 bits. It is no
/// protection against somebody who knows beforehand what the client will do.
pub(crate) fn fingerprints<M: Model>(mutations: &[Mutation<M>]) -> Vec<u32> {
    let ops = mutations.iter().map(|mutation| &mutation.op);
    ops.map(|op| fingerprint(op, 0)).collect()
}

/// Returns the fingerprints of a batch that is taken whole: each covers the operations before it, too, so
/// the last one identifies the batch.
pub(crate) fn chained_fingerprints<M: Model>(mutations: &[Mutation<M>]) -> Vec<u32> {
    let chain = mutations.iter().scan(0, |before, mutation| {
        *before = fingerprint(&mutation.op, *before);
        Some(*before)
    });
    chain.collect()
}

fn fingerprint<M: Model>(op: &Op<M>, before: u32) -> u32 {
    // A patch that cannot be serialized did not come over a wire.
    let json = serde_json::to_vec(op).unwrap_or_default();
    let start = 0xcbf2_9ce4_8422_2325_u64 ^ u64::from(before);
    let hash = json.iter().fold(start, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    #[expect(clippy::cast_possible_truncation, reason = "it is folded to 32 bits")]
    {
        (hash ^ (hash >> 32)) as u32
    }
}
