//! A client's copy of a channel.

mod effects;
mod heard;
mod queue;
mod stored;
mod view;

use uuid::Uuid;

use self::heard::Heard;
use self::queue::Queue;
use self::view::{Played, View};
use crate::{
    CatchUp, Change, ClientId, Cursor, Epoch, Millis, Model, Mutation, Op, Place, Push, PushAnswer,
    Refusal, Row, Told, Version,
};

pub use self::effects::{Delta, Effects, Refused};
pub use self::stored::{Outbox, Stored, StoredMutation};

/// A client's copy of a channel: the confirmed rows at a cursor, the queue of pending mutations, and
/// the view, which is the confirmed rows with the pending mutations replayed on top.
///
/// Every input answers with [`Effects`]: exactly what changed in the view.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/line.rs"));
/// # fn main() -> Result<(), sync::Refusal> {
/// use sync::{Authority, ClientId, Delta, PushAnswer, Refusal, Replica};
///
/// let mut server = Authority::<Line>::restore(0, 0, [], []);
/// server.take(None, &[sync::Mutation { seq: 1, op: add(7, "milk") }], 0);
/// let mut replica = Replica::new(ClientId(Uuid::from_u128(1)), server.snapshot());
///
/// // Somebody deletes the row, while this client changes it.
/// let destroy = sync::Op::Destroy { id: Uuid::from_u128(7) };
/// server.take(None, &[sync::Mutation { seq: 1, op: destroy }], 0);
/// let effects = replica.mutate(vec![set(7, "oat milk")], 0)?;
/// assert!(matches!(&effects.view[..], [Delta::Updated { .. }]));
///
/// // The refused mutation comes back with its reason, so that what was typed is not lost.
/// let push = replica.next_push(64_000).expect("something is pending");
/// let outcome = server.take_push(&push, 0);
/// let catch_up = server.since(push.cursor());
/// let effects = replica.pushed(PushAnswer {
///     acked: outcome.acked,
///     rejected: outcome.rejected,
///     catch_up,
/// });
/// assert!(matches!(&effects.view[..], [Delta::Removed(_)]));
/// assert_eq!(effects.refused[0].reason, Refusal::Destroyed);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Replica<M: Model> {
    /// The history that the cursor is of; `None` as long as nobody has named one.
    epoch: Option<Epoch>,
    cursor: Heard,
    /// The head of the last snapshot or reset: a row that is absent was not live there.
    floor: Version,
    queue: Queue<M>,
    view: View<M>,
    /// Whose mutations are in the push that waits for its answer, and its `since`.
    in_flight: Option<(ClientId, Cursor)>,
    /// A pull is due although no gap shows.
    stale: bool,
}

impl<M: Model> Replica<M> {
    /// A replica of a snapshot: `snapshot.changes` are all live rows at `snapshot.head`.
    pub fn new(client_id: ClientId, snapshot: CatchUp<M>) -> Self {
        Self {
            epoch: snapshot.epoch,
            cursor: Heard::new(snapshot.head),
            floor: snapshot.head,
            queue: Queue::new(client_id),
            view: View::new(snapshot.changes.into_iter().map(Row::from)),
            in_flight: None,
            stale: false,
        }
    }

    /// Rebuilds a replica that was taken apart. Mutations that were in flight are sent again.
    pub fn from_stored(stored: Stored<M>) -> Self {
        let mut replica = Self {
            epoch: stored.epoch,
            cursor: Heard::new(stored.cursor),
            floor: stored.floor,
            queue: Queue::from_stored(stored.client_id, stored.next_seq, stored.pending),
            view: View::new(stored.rows.into_iter().map(Row::from)),
            in_flight: None,
            stale: false,
        };
        for outbox in stored.adopted {
            replica.queue.adopt(outbox);
        }
        replica.view.rebase().replay(&replica.queue, &[]);
        replica
    }

    /// Takes the replica apart, for keeping.
    pub fn to_stored(&self) -> Stored<M> {
        let mut rows: Vec<_> = self.view.confirmed().map(Change::of).collect();
        rows.sort_by_key(|change| (change.version(), change.row.id()));
        Stored {
            client_id: self.client_id(),
            cursor: self.cursor(),
            epoch: self.epoch,
            floor: self.floor,
            next_seq: self.queue.next_seq(),
            rows,
            pending: self.outbox(self.client_id()).cloned().collect(),
            adopted: self.queue.adopted(),
        }
    }

    /// All live rows as they are confirmed, at the cursor: what another replica can begin with.
    pub fn snapshot(&self) -> CatchUp<M> {
        let live = self.view.confirmed().filter(|row| !row.destroyed);
        CatchUp {
            head: self.cursor(),
            epoch: self.epoch,
            reset: true,
            changes: live.map(Change::of).collect(),
        }
    }

    /// Takes on what a client left that is no more: its mutations show and are pushed in its name, by
    /// when they were made before, between or after this replica's own. Nothing happens if some of its
    /// mutations are here already.
    pub fn adopt(&mut self, outbox: Outbox<M>) -> Effects<M> {
        self.queue.adopt(outbox);
        Effects {
            view: self.view.rebase().replay(&self.queue, &[]),
            refused: Vec::new(),
        }
    }

    /// Takes operations of this client: they show at once and wait to be pushed. All or none.
    /// Those that change nothing are dropped.
    ///
    /// # Errors
    /// When one of them would be refused on the present view; then nothing happened.
    pub fn mutate(&mut self, ops: Vec<Op<M>>, now: Millis) -> Result<Effects<M>, Refusal> {
        // Made on a view that shows all that is queued, it counts as later, even if a clock went back.
        let at = now.max(self.queue.newest());
        match self.view.play(ops, at) {
            Ok(Played { effective, deltas }) => {
                effective.into_iter().for_each(|op| self.queue.add(op, at));
                Ok(Effects {
                    view: deltas,
                    refused: Vec::new(),
                })
            }
            Err(refusal) => {
                // What was played before the refusal is not in the queue, and so goes.
                self.view.rebase().replay(&self.queue, &[]);
                Err(refusal)
            }
        }
    }

    /// Applies live frames of a subscription that was answered in this epoch; those of another history
    /// than ours are not heeded.
    pub fn receive_of(
        &mut self,
        epoch: Option<Epoch>,
        told: impl IntoIterator<Item = impl Into<Told<M>>>,
    ) -> Effects<M> {
        if self.is_other(epoch) {
            return Effects::default();
        }
        self.receive(told)
    }

    /// Applies live frames of others' changes: several at once cost little more than one.
    pub fn receive(&mut self, told: impl IntoIterator<Item = impl Into<Told<M>>>) -> Effects<M> {
        let mut rebase = self.view.rebase();
        for told in told {
            match told.into() {
                Told::Change(change) => {
                    self.cursor.hear(change.version());
                    rebase.confirm(change.into(), self.floor);
                }
                Told::Unknown(version) => self.cursor.hear(version),
            }
        }
        Effects {
            view: rebase.replay(&self.queue, &[]),
            refused: Vec::new(),
        }
    }

    /// Applies the catch-up that a subscription answered to `since`.
    pub fn catch_up(&mut self, since: impl Into<Cursor>, catch_up: CatchUp<M>) -> Effects<M> {
        let view = self.absorb(since.into(), catch_up, &[]);
        Effects {
            view,
            refused: Vec::new(),
        }
    }

    /// Applies a snapshot that was kept here before, if it is newer. One of another history is not
    /// heeded: only the authority knows which of the two is the present one.
    pub fn recall(&mut self, kept: CatchUp<M>) -> Effects<M> {
        match self.epoch {
            Some(_) if kept.epoch != self.epoch => Effects::default(),
            _ => self.catch_up(0, kept),
        }
    }

    /// The next push: the oldest pending mutations of one client, at most so many bytes of JSON (but at
    /// least one), or a pull if a gap was seen. `None` while one is in flight or nothing is to be said.
    pub fn next_push(&mut self, max_bytes: usize) -> Option<Push<M>> {
        let is_due = self.stale || self.cursor.has_gap() || !self.queue.is_empty();
        if is_due { self.pull(max_bytes) } else { None }
    }

    /// A pull, whether or not one seems needed; `None` while a push is in flight, whose answer will
    /// say as much. It carries pending mutations too, as [`Self::next_push`] does.
    pub fn pull(&mut self, max_bytes: usize) -> Option<Push<M>> {
        if self.in_flight.is_some() {
            return None;
        }
        let since = self.since();
        let mut push = Push {
            client_id: self.queue.first_client(),
            since: since.version,
            epoch: since.epoch,
            begins: self.queue.begins(),
            mutations: Vec::new(),
        };
        // What surrounds the mutations is JSON at any rate: ids and numbers.
        let envelope = serde_json::to_vec(&push).map_or(0, |json| json.len());
        push.mutations = self.queue.batch(max_bytes.saturating_sub(envelope));
        self.in_flight = Some((push.client_id, since));
        self.stale = false;
        Some(push)
    }

    /// Applies the answer to the push in flight. If there is none, because it was given up before,
    /// the answer is not heeded: the next one will say it all again.
    pub fn pushed(&mut self, answer: PushAnswer<M>) -> Effects<M> {
        let Some((client_id, since)) = self.in_flight.take() else {
            return Effects::default();
        };
        if self.is_outdated(since, answer.catch_up.epoch) {
            // What it acknowledges was lost with its history, and is sent again.
            self.stale = true;
            return Effects::default();
        }
        let PushAnswer {
            acked,
            mut rejected,
            catch_up,
        } = answer;
        let settled = self.queue.settle(client_id, acked);
        let view = self.absorb(since, catch_up, &settled);
        let refused = settled.into_iter().filter_map(|mutation| {
            let found = rejected
                .iter()
                .position(|rejection| rejection.seq == mutation.seq)?;
            Some(Refused {
                mutation,
                reason: rejected.swap_remove(found).reason,
            })
        });
        let refused = refused.collect();
        Effects { view, refused }
    }

    /// The push in flight got no answer: [`Self::next_push`] gives its mutations again. When to try
    /// is the caller's to decide.
    pub fn push_failed(&mut self) {
        self.stale |= self.in_flight.take().is_some();
    }

    /// The push in flight got the answer that it is not acceptable, and will never be. It carried one
    /// mutation, which is refused for this reason, so that it does not hold up those behind it.
    pub fn push_refused(&mut self, reason: &Refusal) -> Effects<M> {
        let Some((client_id, _)) = self.in_flight.take() else {
            return Effects::default();
        };
        self.stale = true;
        let first = self.outbox(client_id).next();
        let last = first.map_or(0, |stored| stored.mutation.seq);
        let refused = self.queue.settle(client_id, last).into_iter();
        Effects {
            refused: refused
                .map(|mutation| Refused {
                    mutation,
                    reason: reason.clone(),
                })
                .collect(),
            view: self.view.rebase().replay(&self.queue, &[]),
        }
    }

    /// Applies all that is newer than `since`, told by an answer that settled these mutations.
    fn absorb(
        &mut self,
        since: Cursor,
        CatchUp {
            head,
            epoch,
            reset,
            changes,
        }: CatchUp<M>,
        settled: &[Mutation<M>],
    ) -> Vec<Delta<M>> {
        if self.is_outdated(since, epoch) {
            self.stale = true;
            return Vec::new();
        }
        let is_other = self.is_other(epoch);
        // What was asked from another history than ours says nothing of a length.
        let since = match since.epoch {
            Some(_) if since.epoch != self.epoch => 0,
            _ => since.version,
        };
        self.epoch = epoch.or(self.epoch);
        let rows = changes.into_iter().map(Row::from);
        let mut rebase = self.view.rebase();
        if reset && (is_other || since > head) {
            // The authority's history is another one than ours, or shorter: none of ours counts.
            // Whether a shorter one has grown again since this was said, only another look can tell.
            rebase.replace(rows, Version::MAX);
            self.cursor = Heard::new(head);
            self.floor = head;
            self.stale = !is_other;
        } else if reset && head > self.cursor.at() {
            rebase.replace(rows, head);
            self.cursor.hear_up_to(head);
            self.floor = head;
        } else if !reset {
            rows.for_each(|row| rebase.confirm(row, self.floor));
            if since <= self.cursor.at() {
                self.cursor.hear_up_to(head);
                self.stale = false;
            } else {
                // A reset moved the cursor back meanwhile, and this does not reach down to it.
                self.stale = true;
            }
        }
        rebase.replay(&self.queue, settled)
    }

    /// Whether an answer's epoch is not ours.
    fn is_other(&self, epoch: Option<Epoch>) -> bool {
        epoch.is_some() && self.epoch.is_some() && epoch != self.epoch
    }

    /// Whether an answer to what was asked from `since` comes too late to be heeded: it is of another
    /// epoch, and ours has changed since it was asked for.
    fn is_outdated(&self, since: Cursor, epoch: Option<Epoch>) -> bool {
        self.is_other(epoch) && since.epoch != self.epoch
    }

    /// The last version up to which nothing is missing.
    pub fn cursor(&self) -> Version {
        self.cursor.at()
    }

    /// The cursor from which to catch up: what a subscription says.
    pub fn since(&self) -> Cursor {
        Cursor {
            epoch: self.epoch,
            version: self.cursor(),
        }
    }

    /// Who this replica is.
    pub fn client_id(&self) -> ClientId {
        self.queue.own()
    }

    /// How many mutations wait for their acknowledgement.
    pub fn pending(&self) -> usize {
        self.queue.len()
    }

    /// The mutations that wait for their acknowledgement, oldest first.
    pub fn pending_mutations(&self) -> impl Iterator<Item = &Mutation<M>> {
        self.queue.iter().map(|stored| &stored.mutation)
    }

    /// The mutations of this replica, or of a client whose outbox it adopted, that wait for their
    /// acknowledgement, oldest first: what must be kept of it.
    pub fn outbox(&self, client_id: ClientId) -> impl Iterator<Item = &StoredMutation<M>> {
        self.queue.of(client_id)
    }

    /// Whether a pending mutation touches this row.
    pub fn is_pending(&self, id: Uuid) -> bool {
        self.queue.touches(id)
    }

    /// A row of the view.
    pub fn get(&self, id: Uuid) -> Option<&M> {
        self.view.get(id)
    }

    /// A deleted row as it was, if it is known here.
    pub fn tombstone(&self, id: Uuid) -> Option<&M> {
        self.view.tombstone(id)
    }

    /// Where a row stands, named by the row before it. `None` if it is not in the order.
    pub fn place(&self, id: Uuid) -> Option<Place> {
        self.view.place(id)
    }

    /// Those of the operations that would change something on the present view, one after the other,
    /// and whether all of them can be done.
    pub fn possible(&self, mut ops: Vec<Op<M>>) -> (Vec<Op<M>>, bool) {
        let mut view = self.view.clone();
        let mut all = true;
        ops.retain(|op| {
            let played = view.try_out(op);
            all &= played.is_ok();
            played.unwrap_or_default()
        });
        (ops, all)
    }

    /// Learns of deleted rows, so that they can be restored. What is known already stays as it is.
    pub fn learn(&mut self, tombstones: Vec<Change<M>>) -> Effects<M> {
        let mut rebase = self.view.rebase();
        for row in tombstones.into_iter().map(Row::from) {
            if row.destroyed {
                rebase.learn(row);
            }
        }
        // Only rows that are pending can be gone by that.
        Effects {
            view: rebase.replay(&self.queue, &[]),
            refused: Vec::new(),
        }
    }

    /// The deleted rows that are known here, as they were, in no order.
    pub fn deleted(&self) -> impl Iterator<Item = &M> {
        self.view.deleted()
    }

    /// The view's rows that have a position, in order.
    pub fn ordered(&self) -> impl Iterator<Item = &M> {
        self.view.ordered()
    }
}
