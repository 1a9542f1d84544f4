//! The numbers that a client has used: which mutation came under which, and which never came.

use serde::{Deserialize, Serialize};

use crate::{Bounds, MOST_MUTATIONS, Model, Mutation, Op, Seq};

/// Most ranges of left out numbers that are remembered of a client. Each takes a browser that failed to
/// store a mutation and then lost its tab.
const MOST_RANGES: usize = 32;

/// What an authority remembers of a client's numbers, beside the last one.
///
/// A mutation under a number that was taken before is a repetition only if it is the same one. Another
/// one must be refused aloud: to skip it would be to lose it, and whoever learned the client's id could
/// have changes swallowed by using its numbers first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Numbers {
    /// The mutations since the first one of the last push, which are those that may be repeated, and
    /// [`Bounds::SHORT_MEMORY`] before it: their numbers, ascending, and fingerprints.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    taken: Vec<(Seq, u32)>,
    /// Ranges, first and last, that an outbox said it does not hold. Nothing came under them, so what
    /// still comes is new.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    left_out: Vec<(Seq, Seq)>,
}

/// What a number that is not the next one says of its mutation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    /// It was taken before.
    Repeated,
    /// It was left out, and comes late.
    LeftOut,
    /// Another mutation was taken under this number.
    Another,
    /// It was taken before, or counts as taken, but nothing is remembered of what came under it.
    Forgotten,
}

impl Numbers {
    /// What is known of a mutation whose number is not above the last one that was taken.
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

    /// The last number before the first one beyond `seq` that was left out.
    pub(crate) fn last_before_left_out(&self, seq: Seq) -> Seq {
        let beyond = self.left_out.iter().filter(|(_, last)| *last > seq);
        let first = beyond.map(|(first, _)| (*first).max(seq.saturating_add(1)));
        first.min().map_or(Seq::MAX, |first| first - 1)
    }

    /// A mutation is taken.
    pub(crate) fn take(&mut self, seq: Seq, fingerprint: u32) {
        let at = self.taken.partition_point(|(taken, _)| *taken < seq);
        self.taken.insert(at, (seq, fingerprint));
        self.keep_newest(MOST_MUTATIONS);
        let fill = |(first, last): (Seq, Seq)| match (first..=last).contains(&seq) {
            true => [(first, seq - 1), (seq + 1, last)],
            // The other part is empty.
            false => [(first, last), (1, 0)],
        };
        let ranges = self.left_out.drain(..).flat_map(fill);
        self.left_out = ranges.filter(|(first, last)| first <= last).collect();
    }

    /// The outbox holds none of these numbers. Of more ranges than are remembered, the oldest counts
    /// as taken.
    pub(crate) fn leave_out(&mut self, first: Seq, last: Seq) {
        self.left_out.push((first, last));
        let too_many = self.left_out.len().saturating_sub(MOST_RANGES);
        self.left_out.drain(..too_many);
    }

    /// Forgets which mutations came under all but the last `most` numbers.
    pub(crate) fn keep_newest(&mut self, most: usize) {
        let too_many = self.taken.len().saturating_sub(most);
        self.taken.drain(..too_many);
    }

    /// The client says that it has heard the answer to all before this number: a few of them are enough,
    /// for the case that it was not this client that said so.
    pub(crate) fn heard_before(&mut self, seq: Seq) {
        let heard = self.taken.partition_point(|(taken, _)| *taken < seq);
        self.taken
            .drain(..heard.saturating_sub(Bounds::SHORT_MEMORY));
    }
}

/// Returns a number for each mutation that tells its operation from others: FNV-1a over its JSON, folded
/// to 32 bits. It need not withstand who knows beforehand what the client will do.
///
/// Of mutations that are taken `whole`, each number depends on those before it, too: so the last one
/// tells all of them from others.
pub(crate) fn fingerprints<M: Model>(mutations: &[Mutation<M>], whole: bool) -> Vec<u32> {
    let mut before = 0;
    let print = |mutation: &Mutation<M>| {
        let print = fingerprint(&mutation.op, before);
        if whole {
            before = print;
        }
        print
    };
    mutations.iter().map(print).collect()
}

fn fingerprint<M: Model>(op: &Op<M>, before: u32) -> u32 {
    // A patch that is no JSON cannot have come over a wire.
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
