//! The rule by which a channel's owner takes mutations.

mod bounds;

pub use bounds::{Bounds, Tidied};

use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;

use crate::numbers::{Known, fingerprints};
use crate::respacing;
use crate::rules::decide;
use crate::table::Table;
use crate::{
    CatchUp, Change, ClientId, Cursor, Epoch, Event, Millis, Model, Mutation, Numbers, Op, Push,
    Refusal, Rejection, Row, Seq, Version,
};

/// What the authority remembers of a replica, so that nothing is applied twice and a refusal whose
/// answer was lost is told again.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClientState {
    /// The last mutation that was taken.
    pub acked: Seq,
    /// Refusals that the client may not have heard of: those from its last push on, and at most
    /// [`MOST_MUTATIONS`](crate::MOST_MUTATIONS), since a push has no more.
    pub rejected: Vec<Rejection>,
    /// When it last pushed, to within a day.
    pub seen_at: Millis,
    /// Which mutations came under which numbers.
    pub numbers: Numbers,
}

/// Who sends mutations that may be repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sender {
    /// The client that has numbered them.
    pub client_id: ClientId,
    /// The lowest number that its outbox still holds, as [`Push::begins`] says.
    pub begins: Option<Seq>,
}

/// What became of a client's mutations.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome<M> {
    /// The last mutation of this client that was taken, now or earlier; but where numbers beyond those
    /// that the client has sent were left out by somebody else, the last one before them, since the
    /// client may still hold what belongs there.
    pub acked: Seq,
    /// Those that were refused, now or earlier, and of which the client may not have heard.
    pub rejected: Vec<Rejection>,
    /// The new changes, one per version, without a gap. A row changed twice stands here twice.
    pub changes: Vec<Change<M>>,
}

/// One channel as its owner sees it: every row and tombstone, the order, the clients.
///
/// It is pure and in memory. A store keeps one per busy channel, writes [`Outcome::changes`] and the
/// client's [`ClientState`] in one transaction, and throws the authority away if that fails.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/line.rs"));
/// # fn main() -> Result<(), sync::Refusal> {
/// use sync::{Authority, ClientId, Mutation};
///
/// let mut server = Authority::<Line>::restore(0, 0, [], []);
/// let client = Some(ClientId(Uuid::from_u128(1)));
/// let mutations = [Mutation { seq: 1, op: add(7, "milk") }];
///
/// let outcome = server.take(client, &mutations, 0);
/// assert_eq!((outcome.acked, outcome.changes.len(), server.head()), (1, 1, 1));
///
/// // The answer got lost, and the client sends the same again: it is taken once.
/// let repeated = server.take(client, &mutations, 0);
/// assert_eq!((repeated.acked, repeated.changes.len(), server.head()), (1, 0, 1));
///
/// // Whoever has seen nothing yet catches up from 0.
/// assert_eq!(server.since(0).changes.len(), 1);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Authority<M> {
    epoch: Option<Epoch>,
    head: Version,
    /// Tombstones up to this version were removed: who asks from before gets a reset.
    pruned: Version,
    table: Table<M>,
    by_version: BTreeSet<(Version, Uuid)>,
    /// Those of [`Self::by_version`] that were destroyed.
    tombstones: BTreeSet<(Version, Uuid)>,
    /// The sum of the tombstones' weights.
    tombstones_weight: usize,
    clients: HashMap<ClientId, ClientState>,
    /// The rows as they were before what may have to be taken back, in the order of the changes.
    journal: Option<Vec<(Uuid, Option<Row<M>>)>>,
    /// How many refusals are remembered of all clients.
    refusals: usize,
}

impl<M: Model> Authority<M> {
    /// Builds the authority from what a store kept.
    pub fn restore(
        head: Version,
        pruned: Version,
        rows: impl IntoIterator<Item = Row<M>>,
        clients: impl IntoIterator<Item = (ClientId, ClientState)>,
    ) -> Self {
        let table = Table::new(rows);
        let key = |row: &Row<M>| (row.model.version(), row.model.id());
        let destroyed = || table.rows().filter(|row| row.destroyed);
        let clients: HashMap<_, _> = clients.into_iter().collect();
        Self {
            epoch: None,
            head,
            pruned,
            by_version: table.rows().map(key).collect(),
            tombstones: destroyed().map(key).collect(),
            tombstones_weight: destroyed().map(|row| row.model.weight()).sum(),
            refusals: clients.values().map(|state| state.rejected.len()).sum(),
            table,
            clients,
            journal: None,
        }
    }

    /// The same authority over the history that has this name.
    #[must_use]
    pub fn with_epoch(self, epoch: Epoch) -> Self {
        Self {
            epoch: Some(epoch),
            ..self
        }
    }

    /// Takes a client's mutations in order, of which none may be missing: see [`Authority::take_from`].
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

    /// Takes a client's mutations in order: skips those taken before, refuses what cannot be, and
    /// gives every change the next version. Changes that change nothing take no version.
    ///
    /// Of a client's push, no more is taken once their changes weigh [`Bounds::TAKEN_WEIGHT`]:
    /// the client sends the rest again, since it is not acknowledged. A client of which nothing is
    /// known is turned away while [`Bounds::CLIENTS`] others are remembered: its mutations are
    /// refused, and that is not remembered.
    ///
    /// Where numbers are missing of which the sender does not say that they will never come, it stops:
    /// nothing that is missing is ever acknowledged. What comes late under a number that was left out
    /// is taken after all, and another mutation under a number that was taken is refused. Where it is
    /// no longer known which mutation that was, one that would change something now is refused, too,
    /// unless the push repeats others that are known: somebody else may have used the number, and to
    /// skip it could be to lose it.
    ///
    /// Without a sender (a caller that cannot repeat itself), nothing is remembered, and the
    /// `seq` of the mutations only names them in the outcome.
    pub fn take_from(
        &mut self,
        sender: Option<Sender>,
        mutations: &[Mutation<M>],
        now: Millis,
    ) -> Outcome<M> {
        if sender.is_some_and(|sender| self.has_no_room_for(sender.client_id)) {
            return Self::turn_away(mutations);
        }
        let known = sender.and_then(|sender| self.client(sender.client_id));
        let mut state = known.cloned().unwrap_or_default();
        let mut changes = Vec::new();
        let mut weight = 0;
        let mut misnumbered: Vec<Rejection> = Vec::new();
        let is_whole = self.journal.is_some();
        let prints = sender.map_or_else(Vec::new, |_| fingerprints(mutations, is_whole));
        // Who knows what came under a number that is remembered also sent those before it, which are not.
        let is_vouched_for = mutations.iter().zip(&prints).any(|(mutation, print)| {
            mutation.seq <= state.acked
                && state.numbers.look_up(mutation.seq, *print) == Known::Repeated
        });
        for (at, Mutation { seq, op }) in mutations.iter().enumerate() {
            let seq = *seq;
            if let Some(sender) = sender {
                let next = state.acked.saturating_add(1);
                if seq > next && sender.begins.is_none_or(|begins| begins < seq) {
                    break;
                }
                if !is_whole && weight >= Bounds::TAKEN_WEIGHT {
                    break;
                }
                if at == 0 {
                    // The client still waits for the answer to its first mutation; it heard of all
                    // before. A push without mutations says nothing of the kind: it may have been
                    // overtaken.
                    state.rejected.retain(|rejection| rejection.seq >= seq);
                    state.numbers.heard_before(seq);
                }
                let print = prints[at];
                if seq < next {
                    let is_repeated = match state.numbers.look_up(seq, print) {
                        Known::Repeated => Some(true),
                        Known::Another => Some(false),
                        Known::Forgotten => {
                            Some(is_vouched_for || decide(&self.table, op, now) == Ok(None))
                        }
                        Known::LeftOut => None,
                    };
                    if let Some(is_repeated) = is_repeated {
                        if !is_repeated {
                            let reason = Refusal::NumberTaken;
                            misnumbered.push(Rejection { seq, reason });
                        }
                        continue;
                    }
                } else if seq > next {
                    state.numbers.leave_out(next, seq - 1);
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
            && state.acked > 0
        {
            self.remember(client_id, &mut state, now);
        }
        let last = mutations.last().map_or(Seq::MAX, |mutation| mutation.seq);
        let acked = state.acked.min(state.numbers.last_before_left_out(last));
        let mut rejected = state.rejected;
        rejected.retain(|it| misnumbered.iter().all(|other| other.seq != it.seq));
        rejected.append(&mut misnumbered);
        Outcome {
            acked,
            rejected,
            changes,
        }
    }

    /// Takes all of a client's mutations, or none: if one is refused, the authority is as it was, and
    /// nothing is remembered of the client either, so that the same can be tried again.
    ///
    /// The same mutations may come again, all of them or the first ones, and are taken once. Others
    /// under their numbers are refused.
    ///
    /// # Errors
    /// Why the first one that cannot be is refused.
    pub fn take_all(
        &mut self,
        client: Option<ClientId>,
        mutations: &[Mutation<M>],
        now: Millis,
    ) -> Result<Outcome<M>, Refusal> {
        let head = self.head;
        let before = client.and_then(|client| self.client(client)).cloned();
        let acked = before.as_ref().map_or(0, |state| state.acked);
        self.journal = Some(Vec::new());
        let outcome = self.take(client, mutations, now);
        let journal = self.journal.take().unwrap_or_default();
        let mut rejected = outcome.rejected.iter();
        // Of what was taken before, there may be refusals that the client has heard.
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

    /// Does the operation, and adds to `changes` what it changed.
    fn apply(
        &mut self,
        op: &Op<M>,
        now: Millis,
        changes: &mut Vec<Change<M>>,
    ) -> Result<(), Refusal> {
        let Some(mut row) = decide(&self.table, op, now)? else {
            return Ok(());
        };
        self.head += 1;
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

    /// Gives a row whose key has grown too long, and its neighbours, short ones: each as a change with
    /// a version of its own, that everybody is told of. The order stays the same with each of them.
    fn respace(&mut self, id: Uuid, changes: &mut Vec<Change<M>>) {
        for (id, position) in respacing::plan(&self.table, id) {
            let Some(mut row) = self.table.get(id).cloned() else {
                continue;
            };
            self.head += 1;
            row.model.set_position(position);
            row.model.set_version(self.head);
            changes.push(Change::of(&row));
            self.set(id, Some(row));
        }
    }

    fn set(&mut self, id: Uuid, row: Option<Row<M>>) {
        let key = |row: &Row<M>| (row.model.version(), id);
        let new = row
            .as_ref()
            .map(|row| (key(row), row.destroyed, row.model.weight()));
        let old = self.table.set(id, row);
        if let Some(old) = &old {
            self.by_version.remove(&key(old));
            if self.tombstones.remove(&key(old)) {
                self.tombstones_weight -= old.model.weight();
            }
        }
        if let Some((key, destroyed, weight)) = new {
            self.by_version.insert(key);
            if destroyed {
                self.tombstones.insert(key);
                self.tombstones_weight += weight;
            }
        }
        if let Some(journal) = &mut self.journal {
            journal.push((id, old));
        }
    }

    /// All that is newer than the cursor; a reset when it is of another epoch, from before the pruning,
    /// or from beyond the head.
    pub fn since(&self, cursor: impl Into<Cursor>) -> CatchUp<M> {
        let Some(version) = self.served(cursor.into()) else {
            return self.snapshot();
        };
        let newer = self.by_version.range((version + 1, Uuid::nil())..);
        let changes = newer
            .filter_map(|(_, id)| self.table.get(*id))
            .map(Change::of)
            .collect();
        CatchUp {
            head: self.head,
            epoch: self.epoch,
            reset: false,
            changes,
        }
    }

    /// The same as [`Self::since`], if that is no reset, and the changes weigh at most `weight`.
    pub fn since_within(&self, cursor: Cursor, weight: usize) -> Option<CatchUp<M>> {
        let version = self.served(cursor)?;
        let mut left = weight;
        for (_, id) in self.by_version.range((version + 1, Uuid::nil())..) {
            left = left.checked_sub(self.table.get(*id).map_or(0, |row| row.model.weight()))?;
        }
        Some(self.since(cursor))
    }

    /// The cursor's version, unless who is there needs a reset.
    fn served(&self, cursor: Cursor) -> Option<Version> {
        let Cursor { epoch, version } = cursor;
        let is_other = epoch.is_some() && self.epoch.is_some() && epoch != self.epoch;
        (!is_other && (self.pruned..=self.head).contains(&version)).then_some(version)
    }

    /// All live rows: what a new replica begins with, and what a reset says.
    pub fn snapshot(&self) -> CatchUp<M> {
        let rows = self
            .by_version
            .iter()
            .filter_map(|(_, id)| self.table.get(*id));
        let changes = rows.filter(|row| !row.destroyed).map(Change::of).collect();
        CatchUp {
            head: self.head,
            epoch: self.epoch,
            reset: true,
            changes,
        }
    }

    /// The name of its history, if it has one.
    pub fn epoch(&self) -> Option<Epoch> {
        self.epoch
    }

    /// The version of the newest change.
    pub fn head(&self) -> Version {
        self.head
    }

    /// The version up to which tombstones were removed.
    pub fn pruned(&self) -> Version {
        self.pruned
    }

    /// A row or tombstone.
    pub fn row(&self, id: Uuid) -> Option<&Row<M>> {
        self.table.get(id)
    }

    /// Live rows with a position, in order.
    pub fn ordered(&self) -> impl Iterator<Item = &M> {
        self.table.ordered()
    }

    /// What is remembered of a client.
    pub fn client(&self, client: ClientId) -> Option<&ClientState> {
        self.clients.get(&client)
    }

    /// The sum of the weights of all rows and tombstones.
    pub fn weight(&self) -> usize {
        self.table.weight() + self.tombstones_weight
    }

    /// The sum of the weights of the live rows.
    pub fn live_weight(&self) -> usize {
        self.table.weight()
    }

    /// How many refusals are remembered of all clients.
    pub fn refusals(&self) -> usize {
        self.refusals
    }

    /// How many clients are remembered.
    pub fn clients(&self) -> usize {
        self.clients.len()
    }

    /// How many rows and tombstones it holds.
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Removes the tombstones up to the version `horizon`, and remembers the newest one that went.
    /// Answers which rows went.
    pub fn prune(&mut self, horizon: Version) -> Vec<Uuid> {
        let old = self.tombstones.range(..=(horizon, Uuid::max()));
        let old: Vec<_> = old.copied().collect();
        old.into_iter()
            .map(|tombstone| self.remove(tombstone))
            .collect()
    }

    /// Removes a tombstone.
    fn remove(&mut self, (version, id): (Version, Uuid)) -> Uuid {
        self.pruned = self.pruned.max(version);
        self.set(id, None);
        id
    }
}
