//! Taking mutations: each once, in the order of their numbers, by the rules.

use uuid::Uuid;

use super::{Authority, Bounds};
use crate::numbers::{Known, chained_fingerprints, fingerprints};
use crate::respacing;
use crate::rules::decide;
use crate::{Change, ClientId, Event, Millis, Model, Mutation, Op, Push, Refusal, Rejection, Seq};

/// The sender of mutations that may be repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sender {
    /// The client that numbered them.
    pub client_id: ClientId,
    /// The lowest number in the client's outbox, see [`Push::begins`].
    pub begins: Option<Seq>,
}

/// How much of a push is taken at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Portion {
    /// Number of changes after which the rest is left.
    pub changes: usize,
    /// Weight of the changes after which the rest is left, in bytes.
    pub weight: usize,
}

impl Portion {
    /// How much of a push is taken if nobody else waits.
    pub const PUSH: Self = Self {
        changes: usize::MAX,
        weight: Bounds::TAKEN_WEIGHT,
    };

    /// Whether nothing more may be taken after this number of changes, with this weight in bytes.
    pub fn is_used_up(self, changes: usize, weight: usize) -> bool {
        changes >= self.changes || weight >= self.weight
    }
}

/// What the authority made of a client's mutations.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome<M> {
    /// The number of this client's last mutation that was taken, now or earlier. If somebody else left
    /// out numbers beyond those that were sent now, it is the last one before them, since the client may
    /// still hold their mutations.
    pub acked: Seq,
    /// The mutations that were refused, now or earlier, as long as the client may not know of it.
    pub rejected: Vec<Rejection>,
    /// The new changes, one per version, without gaps. A row that changed twice is listed twice.
    pub changes: Vec<Change<M>>,
}

impl<M: Model> Outcome<M> {
    /// Returns the sum of the changes' weights, in bytes.
    pub fn weight(&self) -> usize {
        self.changes.iter().map(|change| change.row.weight()).sum()
    }

    /// Adds what was taken of the same push later.
    pub fn go_on(&mut self, later: Self) {
        let is_new = |it: &Rejection| later.rejected.iter().all(|other| other.seq != it.seq);
        self.rejected.retain(is_new);
        self.rejected.extend(later.rejected);
        self.rejected.sort_by_key(|rejection| rejection.seq);
        self.changes.extend(later.changes);
        self.acked = later.acked;
    }
}

impl<M: Model> Authority<M> {
    /// Takes a client's mutations in order. No number may be missing: see [`Authority::take_from`].
    pub fn take(
        &mut self,
        client: Option<ClientId>,
        mutations: &[Mutation<M>],
        now: Millis,
    ) -> Outcome<M> {
        let sender = client.map(|client_id| Sender {
            client_id,
            begins: None,
        });
        self.take_from(sender, mutations, now)
    }

    /// Takes the mutations of a push: see [`Authority::take_from`].
    pub fn take_push(&mut self, push: &Push<M>, now: Millis) -> Outcome<M> {
        let sender = Sender {
            client_id: push.client_id,
            begins: push.begins,
        };
        self.take_from(Some(sender), &push.mutations, now)
    }

    /// Takes a client's mutations in order: skips those taken before, refuses what is not possible, and
    /// gives every change the next version. A mutation that changes nothing takes no version.
    ///
    /// Once the changes of a push weigh [`Bounds::TAKEN_WEIGHT`], the rest is left unacknowledged, and the
    /// client sends it again. An unknown client is turned away while [`Bounds::CLIENTS`] others are
    /// remembered: its mutations are refused, and that is not remembered.
    ///
    /// If a number is missing and the sender does not say that it will never come, the authority stops
    /// there, since it must not acknowledge what is missing. A mutation that comes late, under a number
    /// that was left out, is taken after all. Another mutation under a number that was taken is refused.
    /// If it is no longer known which mutation was taken, one that would change something now is refused,
    /// too, unless the push repeats others that are known: somebody else may have used the number, and
    /// skipping the mutation could lose it.
    ///
    /// Without a sender (a caller that cannot repeat itself), nothing is remembered, and the
    /// `seq` of the mutations only identifies them in the outcome.
    pub fn take_from(
        &mut self,
        sender: Option<Sender>,
        mutations: &[Mutation<M>],
        now: Millis,
    ) -> Outcome<M> {
        self.take_within(sender, mutations, now, Portion::PUSH)
    }

    /// Does what [`Authority::take_from`] does, but leaves the rest after a portion of one's own choice.
    /// Whoever passes the same mutations again goes on where it left off.
    pub fn take_within(
        &mut self,
        sender: Option<Sender>,
        mutations: &[Mutation<M>],
        now: Millis,
        portion: Portion,
    ) -> Outcome<M> {
        if sender.is_some_and(|sender| self.has_no_room_for(sender.client_id)) {
            return Self::turn_away(mutations);
        }
        let known = sender.and_then(|sender| self.client(sender.client_id));
        let mut state = known.cloned().unwrap_or_default();
        let mut changes = Vec::new();
        let mut weight = 0;
        // The first number that is left for the next push. In a push that comes late, it is lower than
        // the last number taken.
        let mut rest = None;
        let mut misnumbered: Vec<Rejection> = Vec::new();
        // The first number whose answer the client waits for.
        let mut waits_from = Seq::ZERO;
        let is_whole = self.journal.is_some();
        let prints = match sender {
            None => Vec::new(),
            Some(_) if is_whole => chained_fingerprints(mutations),
            Some(_) => fingerprints(mutations),
        };
        // A sender that knows the mutation of a remembered number also sent those before it.
        let is_vouched_for = mutations.iter().zip(&prints).any(|(mutation, print)| {
            mutation.seq <= state.acked
                && state.numbers.look_up(mutation.seq, *print) == Known::Repeated
        });
        for (at, Mutation { seq, op }) in mutations.iter().enumerate() {
            let seq = *seq;
            if let Some(sender) = sender {
                let next = state.acked.next();
                if seq > next && sender.begins.is_none_or(|begins| begins < seq) {
                    break;
                }
                if !is_whole && portion.is_used_up(changes.len(), weight) {
                    rest = Some(seq);
                    break;
                }
                if at == 0 {
                    // The client still waits for the answer to this mutation, and has received the
                    // answers to all before it. A push without mutations implies nothing of the kind,
                    // since it may have been overtaken. In case somebody else sent the push, as much is kept
                    // of refusals as of numbers.
                    let oldest = Seq(seq.0.saturating_sub(Bounds::SHORT_MEMORY as u64));
                    state.rejected.retain(|rejection| rejection.seq >= oldest);
                    waits_from = seq;
                    state.numbers.heard_before(seq);
                }
                let print = prints[at];
                if seq <= state.acked {
                    let is_repeated = match state.numbers.look_up(seq, print) {
                        Known::Repeated => Some(true),
                        Known::Another => Some(false),
                        // A remembered refusal answers it: aloud, whichever mutation was refused.
                        Known::Forgotten => Some(
                            is_vouched_for
                                || state.rejected.iter().any(|it| it.seq == seq)
                                || decide(&self.table, op, now) == Ok(None),
                        ),
                        Known::LeftOut => None,
                    };
                    if let Some(is_repeated) = is_repeated {
                        if !is_repeated {
                            let reason = Refusal::NumberTaken;
                            misnumbered.push(Rejection { seq, reason });
                        }
                        continue;
                    }
                } else {
                    state.numbers.leave_out(next..seq);
                }
                state.numbers.take(seq, print);
            }
            state.acked = state.acked.max(seq);
            let known = changes.len();
            match self.apply(op, now, &mut changes) {
                Ok(()) => {
                    let new = changes[known..].iter();
                    weight += new.map(|change| change.row.weight()).sum::<usize>();
                }
                Err(reason) => state.rejected.push(Rejection { seq, reason }),
            }
        }
        if let Some(Sender { client_id, .. }) = sender
            && state.acked > Seq::ZERO
        {
            self.remember(client_id, &mut state, now);
        }
        let last = mutations.last().map_or(Seq::MAX, |mutation| mutation.seq);
        let untaken = rest.into_iter().chain(state.numbers.first_left_out(last));
        let acked = untaken.fold(state.acked, |acked, seq| acked.min(seq.previous()));
        let mut rejected = state.rejected;
        let is_disputed = |seq| misnumbered.iter().any(|other| other.seq == seq);
        rejected.retain(|it| it.seq >= waits_from && !is_disputed(it.seq));
        rejected.append(&mut misnumbered);
        Outcome {
            acked,
            rejected,
            changes,
        }
    }

    /// Takes all of a client's mutations, or none: if one is refused, the authority stays as it was, and
    /// nothing is remembered of the client, so that the same can be tried again.
    ///
    /// The same mutations can come again, all of them or the first ones, and are taken once. Others under
    /// their numbers are refused.
    ///
    /// # Errors
    /// Returns the reason of the first refusal.
    pub fn take_all(
        &mut self,
        client: Option<ClientId>,
        mutations: &[Mutation<M>],
        now: Millis,
    ) -> Result<Outcome<M>, Refusal> {
        let head = self.head;
        let before = client.and_then(|client| self.client(client)).cloned();
        let acked = before.as_ref().map_or(Seq::ZERO, |state| state.acked);
        self.journal = Some(Vec::new());
        let outcome = self.take(client, mutations, now);
        let journal = self.journal.take().unwrap_or_default();
        let mut rejected = outcome.rejected.iter();
        // Refusals of mutations that were taken before do not count, unless the number is disputed now.
        let is_new = |it: &&Rejection| {
            client.is_none() || it.seq > acked || it.reason == Refusal::NumberTaken
        };
        let Some(first) = rejected.find(is_new) else {
            return Ok(outcome);
        };
        for (id, row) in journal.into_iter().rev() {
            self.set(id, row);
        }
        self.head = head;
        if let Some(client) = client {
            self.set_client(client, before);
        }
        Err(first.reason.clone())
    }

    /// Carries out the operation, and adds what it changed to `changes`.
    fn apply(
        &mut self,
        op: &Op<M>,
        now: Millis,
        changes: &mut Vec<Change<M>>,
    ) -> Result<(), Refusal> {
        let Some(mut row) = decide(&self.table, op, now)? else {
            return Ok(());
        };
        self.head = self.head.next();
        row.model.stamp(self.head, now);
        let event = match (self.table.get(op.id()), row.destroyed) {
            (None, _) => Event::Created,
            (Some(_), false) => Event::Updated,
            (Some(_), true) => Event::Destroyed,
        };
        changes.push(Change {
            event,
            row: row.model.clone(),
        });
        self.set(op.id(), Some(row));
        self.respace(op.id(), changes);
        Ok(())
    }

    /// Gives a row whose key has grown too long, and its neighbours, short keys. Each is a change with a
    /// version of its own, and leaves the order as it is.
    fn respace(&mut self, id: Uuid, changes: &mut Vec<Change<M>>) {
        for (id, position) in respacing::plan(&self.table, id) {
            let Some(mut row) = self.table.get(id).cloned() else {
                continue;
            };
            self.head = self.head.next();
            row.model.set_position(position);
            row.model.set_version(self.head);
            changes.push(Change::of(&row));
            self.set(id, Some(row));
        }
    }
}
