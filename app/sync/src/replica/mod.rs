//! A client's copy of a channel.

mod effects;
mod heard;
mod pushing;
mod queue;
mod stored;
mod view;

use uuid::Uuid;

use self::heard::Heard;
use self::queue::Queue;
use self::view::{Played, View};
use crate::{
    CatchUp, Change, ClientId, Cursor, Epoch, Millis, Model, Mutation, Op, Place, Refusal, Row,
    Told, Version,
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
/// use sync::{Authority, ClientId, Delta, PushAnswer, Refusal, Replica, Seq};
///
/// let mut server = Authority::<Line>::restore(Version::ZERO, Version::ZERO, [], []);
/// server.take(None, &[sync::Mutation { seq: Seq(1), op: add(7, "milk") }], 0);
/// let mut replica = Replica::new(ClientId(Uuid::from_u128(1)), server.snapshot());
///
/// // Somebody deletes the row, while this client changes it.
/// let destroy = sync::Op::Destroy { id: Uuid::from_u128(7) };
/// server.take(None, &[sync::Mutation { seq: Seq(1), op: destroy }], 0);
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
    /// The epoch of the cursor; `None` until one is known.
    epoch: Option<Epoch>,
    cursor: Heard,
    /// The head of the last snapshot or reset: a row that is missing was not live then.
    floor: Version,
    queue: Queue<M>,
    view: View<M>,
    /// The client of the push that waits for its answer, and the push's cursor.
    in_flight: Option<(ClientId, Cursor)>,
    /// Whether a pull is due although there is no gap.
    stale: bool,
}

impl<M: Model> Replica<M> {
    /// Starts from a snapshot: `snapshot.changes` are all live rows at `snapshot.head`.
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

    /// Rebuilds a replica that was stored. Mutations that were in flight are sent again.
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

    /// Returns everything that must be stored to rebuild the replica.
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

    /// Returns the confirmed live rows at the cursor, with which another replica can start.
    pub fn snapshot(&self) -> CatchUp<M> {
        let live = self.view.confirmed().filter(|row| !row.destroyed);
        CatchUp {
            head: self.cursor(),
            epoch: self.epoch,
            reset: true,
            changes: live.map(Change::of).collect(),
        }
    }

    /// Adopts the outbox of a client that is gone: its mutations show and are pushed in its name, ordered
    /// among this replica's own by when they were made. Does nothing if some of them are here already.
    pub fn adopt(&mut self, outbox: Outbox<M>) -> Effects<M> {
        self.queue.adopt(outbox);
        Effects {
            view: self.view.rebase().replay(&self.queue, &[]),
            refused: Vec::new(),
        }
    }

    /// Carries out operations of this client: they show at once and wait to be pushed. All or none; those
    /// that change nothing are dropped.
    ///
    /// # Errors
    /// Returns the refusal if one of them is not possible on the present view. Then nothing has changed.
    pub fn mutate(&mut self, ops: Vec<Op<M>>, now: Millis) -> Result<Effects<M>, Refusal> {
        // It is made on a view that shows everything queued, so it counts as later even if the clock went
        // back.
        let at = now.max(self.queue.newest());
        match self.view.play(ops, at) {
            Ok(Played { effective, deltas }) => {
                for op in effective {
                    self.queue.add(op, at);
                }
                Ok(Effects {
                    view: deltas,
                    refused: Vec::new(),
                })
            }
            Err(refusal) => {
                // The operations before the refusal are not in the queue, so a replay removes them.
                self.view.rebase().replay(&self.queue, &[]);
                Err(refusal)
            }
        }
    }

    /// Applies live frames of a subscription that was answered in this epoch. Frames of another epoch than
    /// the replica's are ignored.
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

    /// Applies live frames of others' changes. Several at once cost little more than one.
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

    /// Applies the catch-up that answered a subscription from `since`.
    pub fn catch_up(&mut self, since: impl Into<Cursor>, catch_up: CatchUp<M>) -> Effects<M> {
        let view = self.absorb(since.into(), catch_up, &[]);
        Effects {
            view,
            refused: Vec::new(),
        }
    }

    /// Applies a snapshot that was stored on this device, if it is newer. One of another epoch is ignored,
    /// since only the authority knows which of the two is the present one.
    pub fn recall(&mut self, kept: CatchUp<M>) -> Effects<M> {
        match self.epoch {
            Some(_) if kept.epoch != self.epoch => Effects::default(),
            _ => self.catch_up(Version::ZERO, kept),
        }
    }

    /// Applies everything newer than `since`, from an answer that settled these mutations.
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
        // A cursor of another epoch tells nothing about the length of this history.
        let since = match since.epoch {
            Some(_) if since.epoch != self.epoch => Version::ZERO,
            _ => since.version,
        };
        self.epoch = epoch.or(self.epoch);
        let rows = changes.into_iter().map(Row::from);
        let mut rebase = self.view.rebase();
        if reset && (is_other || since > head) {
            // The authority's history is another one, or shorter: none of the rows here counts. A shorter
            // one may have grown again since the answer, so a pull is due.
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
                // A reset has moved the cursor back meanwhile, and this answer does not reach that far.
                self.stale = true;
            }
        }
        rebase.replay(&self.queue, settled)
    }

    /// Returns whether an answer is of another epoch.
    fn is_other(&self, epoch: Option<Epoch>) -> bool {
        epoch.is_some() && self.epoch.is_some() && epoch != self.epoch
    }

    /// Returns whether an answer to a request from `since` is out of date: it is of another epoch, and the
    /// replica's has changed since the request.
    fn is_outdated(&self, since: Cursor, epoch: Option<Epoch>) -> bool {
        self.is_other(epoch) && since.epoch != self.epoch
    }

    /// Returns the last version up to which nothing is missing.
    pub fn cursor(&self) -> Version {
        self.cursor.at()
    }

    /// Returns the cursor from which to catch up, for a subscription.
    pub fn since(&self) -> Cursor {
        Cursor {
            epoch: self.epoch,
            version: self.cursor(),
        }
    }

    /// Returns this replica's client id.
    pub fn client_id(&self) -> ClientId {
        self.queue.own()
    }

    /// Returns the number of mutations that wait for their acknowledgement.
    pub fn pending(&self) -> usize {
        self.queue.len()
    }

    /// Returns the mutations that wait for their acknowledgement, the oldest first.
    pub fn pending_mutations(&self) -> impl Iterator<Item = &Mutation<M>> {
        self.queue.iter().map(|stored| &stored.mutation)
    }

    /// Returns the mutations of this replica, or of a client whose outbox it adopted, that wait for their
    /// acknowledgement, the oldest first: what must be stored of that client.
    pub fn outbox(&self, client_id: ClientId) -> impl Iterator<Item = &StoredMutation<M>> {
        self.queue.of(client_id)
    }

    /// Returns whether a pending mutation is on this row.
    pub fn is_pending(&self, id: Uuid) -> bool {
        self.queue.touches(id)
    }

    /// Returns a row of the view.
    pub fn get(&self, id: Uuid) -> Option<&M> {
        self.view.get(id)
    }

    /// Returns a deleted row as it was, if it is known here.
    pub fn tombstone(&self, id: Uuid) -> Option<&M> {
        self.view.tombstone(id)
    }

    /// Returns the row's place, named by the row before it. `None` if the row has none.
    pub fn place(&self, id: Uuid) -> Option<Place> {
        self.view.place(id)
    }

    /// Returns the operations that would change something on the present view, one after the other, and
    /// whether all of them are possible.
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

    /// Adds deleted rows, so that they can be restored. Rows that are known already stay as they are.
    pub fn learn(&mut self, tombstones: Vec<Change<M>>) -> Effects<M> {
        let mut rebase = self.view.rebase();
        for row in tombstones.into_iter().map(Row::from) {
            if row.destroyed {
                rebase.learn(row);
            }
        }
        // Only rows of pending mutations can disappear by that.
        Effects {
            view: rebase.replay(&self.queue, &[]),
            refused: Vec::new(),
        }
    }

    /// Returns the deleted rows that are known here, as they were, in no particular order.
    pub fn deleted(&self) -> impl Iterator<Item = &M> {
        self.view.deleted()
    }

    /// Returns the view's rows with a position, in order.
    pub fn ordered(&self) -> impl Iterator<Item = &M> {
        self.view.ordered()
    }
}
