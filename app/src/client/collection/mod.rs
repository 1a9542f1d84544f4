//! A replica as signals: one for each row, and one for the order.

#[cfg(test)]
mod tests;

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use leptos::prelude::*;
use sync::{
    CatchUp, Change, ClientId, Cursor, Delta, Effects, Epoch, Event, Millis, Model, Mutation, Op,
    Outbox, Push, PushAnswer, Refusal, Refused, Replica, Seq, StoredMutation, Told,
};
use uuid::Uuid;

/// Called with the row as it was, if the view had it, and with the change.
type Listener<M> = Arc<dyn Fn(Option<&M>, &Delta<M>) + Send + Sync>;
type RemovalListener<M> = Arc<dyn Fn(&M) + Send + Sync>;

/// A channel's rows in the browser. A change of one row notifies that row's signal alone; rows that
/// appear, vanish or move also notify the order.
pub struct Collection<M: Model> {
    replica: StoredValue<Replica<M>>,
    rows: StoredValue<HashMap<Uuid, ArcRwSignal<M>>>,
    order: RwSignal<Vec<Uuid>>,
    revision: RwSignal<u64>,
    pending: RwSignal<usize>,
    /// The rows that pending mutations touch.
    touched: StoredValue<HashSet<Uuid>>,
    /// Whether a pending mutation touches the row, for each row that was asked about.
    unsaved: StoredValue<HashMap<Uuid, ArcRwSignal<bool>>>,
    on_remote: StoredValue<Vec<Listener<M>>>,
    on_removed: StoredValue<Vec<RemovalListener<M>>>,
}

#[expect(
    clippy::expl_impl_clone_on_copy,
    reason = "a derive would ask it of the model, too"
)]
impl<M: Model> Clone for Collection<M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M: Model> Copy for Collection<M> {}

impl<M: Model> Collection<M> {
    /// Returns a collection that holds a snapshot.
    pub fn new(client_id: ClientId, snapshot: CatchUp<M>) -> Self {
        let rows = snapshot
            .changes
            .iter()
            .filter(|change| change.event != Event::Destroyed)
            .map(|change| (change.row.id(), ArcRwSignal::new(change.row.clone())))
            .collect();
        let replica = Replica::new(client_id, snapshot);
        let order = order_of(&replica);
        Self {
            replica: StoredValue::new(replica),
            rows: StoredValue::new(rows),
            order: RwSignal::new(order),
            revision: RwSignal::new(0),
            pending: RwSignal::new(0),
            touched: StoredValue::default(),
            unsaved: StoredValue::default(),
            on_remote: StoredValue::new(Vec::new()),
            on_removed: StoredValue::new(Vec::new()),
        }
    }

    /// Returns the ids of the rows that have a position, in order.
    pub fn ids(&self) -> ReadSignal<Vec<Uuid>> {
        self.order.read_only()
    }

    /// Returns a row's signal while the view has the row. It changes with the fields that people
    /// set: the acknowledgement of an own change, which sets version and time, does not notify it.
    pub fn row(&self, id: Uuid) -> Option<ArcReadSignal<M>> {
        self.rows
            .with_value(|rows| rows.get(&id).map(ArcRwSignal::read_only))
    }

    /// Calls `look` with the rows that have a position, in order. Subscribes to the collection as a
    /// whole instead of each row.
    pub fn with_ordered<T>(&self, look: impl FnOnce(&mut dyn Iterator<Item = &M>) -> T) -> T {
        self.revision.track();
        self.with_ordered_untracked(look)
    }

    /// Calls `look` with the rows that have a position, in order, without subscribing.
    pub fn with_ordered_untracked<T>(
        &self,
        look: impl FnOnce(&mut dyn Iterator<Item = &M>) -> T,
    ) -> T {
        self.replica
            .with_value(|replica| look(&mut replica.ordered()))
    }

    /// Returns the number of mutations that are not acknowledged yet.
    pub fn pending(&self) -> ReadSignal<usize> {
        self.pending.read_only()
    }

    /// Whether a mutation of this row is not acknowledged yet.
    ///
    /// # Panics
    /// If the page that made the collection is gone.
    pub fn unsaved(&self, id: Uuid) -> ArcReadSignal<bool> {
        let is_touched = || self.touched.with_value(|touched| touched.contains(&id));
        self.unsaved
            .try_update_value(|unsaved| {
                let signal = unsaved.entry(id);
                signal
                    .or_insert_with(|| ArcRwSignal::new(is_touched()))
                    .read_only()
            })
            .expect("the collection lives as long as its page")
    }

    /// Calls the listener for each change of the view that came from the server, with the row as it
    /// was. An acknowledged own change is among them; it differs in no field that people see. The
    /// listener is removed with the current reactive owner.
    pub fn on_remote(&self, listener: impl Fn(Option<&M>, &Delta<M>) + Send + Sync + 'static) {
        add_listener(self.on_remote, Arc::new(listener));
    }

    /// Calls the listener for each row that leaves the view, before it does and whatever the reason: a
    /// remote change, an operation of this client or one that is adopted from another tab, or a newer
    /// snapshot. The listener is removed with the current reactive owner.
    pub fn on_removed(&self, listener: impl Fn(&M) + Send + Sync + 'static) {
        add_listener(self.on_removed, Arc::new(listener));
    }

    /// Applies operations of this client, all or none: they show at once and wait to be pushed.
    ///
    /// # Errors
    /// If one of them would be refused. Then nothing changes.
    pub fn mutate(&self, ops: Vec<Op<M>>, now: Millis) -> Result<(), Refusal> {
        let effects = self.update(|replica| replica.mutate(ops, now))?;
        self.show(effects.view);
        Ok(())
    }

    /// Applies live frames of a subscription whose answer named this epoch.
    pub fn receive(&self, epoch: Option<Epoch>, told: Vec<impl Into<Told<M>>>) {
        let effects = self.update(|replica| replica.receive_of(epoch, told));
        self.apply_remote(effects);
    }

    /// Applies the answer to a subscription from `since`.
    pub fn catch_up(&self, since: Cursor, catch_up: CatchUp<M>) {
        let effects = self.update(|replica| replica.catch_up(since, catch_up));
        self.apply_remote(effects);
    }

    /// Applies the answer to the push in flight, and returns what was refused.
    pub fn pushed(&self, answer: PushAnswer<M>) -> Vec<Refused<M>> {
        let effects = self.update(|replica| replica.pushed(answer));
        self.apply_remote(effects)
    }

    /// Returns the next push, if something is pending and no push is in flight.
    pub fn next_push(&self, max_bytes: usize) -> Option<Push<M>> {
        self.update(|replica| replica.next_push(max_bytes))
    }

    /// Returns a push even if nothing is pending, unless one is in flight.
    pub fn pull(&self, max_bytes: usize) -> Option<Push<M>> {
        self.update(|replica| replica.pull(max_bytes))
    }

    /// Drops the one mutation of the push in flight, which the server cannot accept, and returns
    /// what was refused.
    pub fn push_refused(&self, reason: &Refusal) -> Vec<Refused<M>> {
        let effects = self.update(|replica| replica.push_refused(reason));
        self.apply_remote(effects)
    }

    /// Notes that the push in flight got no answer.
    pub fn push_failed(&self) {
        self.update(Replica::push_failed);
    }

    /// Returns the cursor up to which nothing is missing.
    pub fn cursor(&self) -> Cursor {
        self.replica.with_value(Replica::since)
    }

    /// Subscribes to everything that is stored.
    pub fn track(&self) {
        self.revision.track();
        self.pending.track();
    }

    /// Returns the id under which mutations are numbered here.
    pub fn client_id(&self) -> ClientId {
        self.replica.with_value(Replica::client_id)
    }

    /// Returns all confirmed rows, at the cursor.
    pub fn snapshot(&self) -> CatchUp<M> {
        self.replica.with_value(Replica::snapshot)
    }

    /// Applies a snapshot stored on this device, if it is newer and of the same history. Calls no
    /// listener, since none of it is news here.
    pub fn restore(&self, snapshot: CatchUp<M>) {
        let effects = self.update(|replica| replica.recall(snapshot));
        self.show(effects.view);
    }

    /// Adds deleted rows, so that they can be restored.
    pub fn learn(&self, tombstones: Vec<Change<M>>) {
        let effects = self.update(|replica| replica.learn(tombstones));
        self.show(effects.view);
        self.revision.update(|revision| *revision += 1);
    }

    /// Calls `look` with the known deleted rows, in no order. Subscribes to any change.
    pub fn with_deleted<T>(&self, look: impl FnOnce(&mut dyn Iterator<Item = &M>) -> T) -> T {
        self.revision.track();
        self.replica
            .with_value(|replica| look(&mut replica.deleted()))
    }

    /// Adopts what another client left unsent.
    pub fn adopt(&self, outbox: Outbox<M>) {
        let effects = self.update(|replica| replica.adopt(outbox));
        self.show(effects.view);
    }

    /// Compares a client's mutations that wait for their acknowledgement with those that are `kept`, whose
    /// numbers ascend: which of the kept ones are settled, and which mutations are not kept yet.
    pub fn outbox(&self, client_id: ClientId, kept: &[Seq]) -> (Vec<Seq>, Vec<StoredMutation<M>>) {
        self.replica.with_value(|replica| {
            let pending = || replica.outbox(client_id);
            let pending_seqs: Vec<_> = pending().map(|it| it.mutation.seq).collect();
            let is_pending = |seq: &&Seq| pending_seqs.binary_search(seq).is_ok();
            let settled = kept.iter().filter(|seq| !is_pending(seq));
            let new = pending().filter(|it| kept.binary_search(&it.mutation.seq).is_err());
            (settled.copied().collect(), new.cloned().collect())
        })
    }

    /// Returns all unacknowledged mutations, oldest first.
    pub fn pending_mutations(&self) -> Vec<Mutation<M>> {
        self.replica
            .with_value(|replica| replica.pending_mutations().cloned().collect())
    }

    /// Calls `look` with the replica.
    pub(crate) fn with_replica<T>(&self, look: impl FnOnce(&Replica<M>) -> T) -> T {
        self.replica.with_value(look)
    }

    fn update<T>(&self, change: impl FnOnce(&mut Replica<M>) -> T) -> T {
        let (answer, pending) = self
            .replica
            .try_update_value(|replica| (change(replica), replica.pending()))
            .expect("the collection lives as long as its page");
        // No input both adds and settles mutations, so the number tells every change.
        if self.pending.get_untracked() != pending {
            self.pending.set(pending);
            self.mark_unsaved();
        }
        answer
    }

    fn mark_unsaved(&self) {
        let now: HashSet<_> = self.replica.with_value(|replica| {
            let ids = replica.pending_mutations().map(|mutation| mutation.op.id());
            ids.collect()
        });
        let before = self.touched.get_value();
        self.touched.set_value(now.clone());
        self.unsaved.with_value(|unsaved| {
            for id in before.symmetric_difference(&now) {
                if let Some(signal) = unsaved.get(id) {
                    signal.set(now.contains(id));
                }
            }
        });
    }

    fn apply_remote(&self, effects: Effects<M>) -> Vec<Refused<M>> {
        let listeners = self.on_remote.get_value();
        if !listeners.is_empty() {
            for delta in &effects.view {
                let before = self.row(row_of(delta).id()).map(|row| row.get_untracked());
                for listener in &listeners {
                    listener(before.as_ref(), delta);
                }
            }
        }
        self.show(effects.view);
        effects.refused
    }

    fn show(&self, deltas: Vec<Delta<M>>) {
        if deltas.is_empty() {
            return;
        }
        for listener in self.on_removed.get_value() {
            for delta in &deltas {
                if let Delta::Removed(row) = delta {
                    listener(row);
                }
            }
        }
        let mut reordered = false;
        for delta in deltas {
            match delta {
                Delta::Inserted(row) => {
                    reordered = true;
                    // A row that was removed and comes back gets a new signal. No two inputs come within one
                    // task, so its element has gone by then.
                    self.rows.update_value(|rows| {
                        rows.insert(row.id(), ArcRwSignal::new(row));
                    });
                }
                Delta::Updated { row, moved, .. } => {
                    reordered |= moved;
                    if let Some(signal) = self.rows.with_value(|rows| rows.get(&row.id()).cloned())
                    {
                        let is_seen = signal.with_untracked(|old| old.fields() != row.fields());
                        if is_seen {
                            signal.set(row);
                        } else {
                            signal.update_untracked(|old| *old = row);
                        }
                    }
                }
                Delta::Removed(row) => {
                    reordered = true;
                    self.rows.update_value(|rows| {
                        rows.remove(&row.id());
                    });
                    self.unsaved.update_value(|unsaved| {
                        unsaved.remove(&row.id());
                    });
                }
            }
        }
        if reordered {
            let order = self.replica.with_value(order_of);
            if self.order.with_untracked(|before| *before != order) {
                self.order.set(order);
            }
        }
        self.revision.update(|revision| *revision += 1);
    }
}

/// Adds a listener until the current reactive owner is disposed.
fn add_listener<L: ?Sized + Send + Sync + 'static>(
    all: StoredValue<Vec<Arc<L>>>,
    listener: Arc<L>,
) {
    all.update_value(|all| all.push(listener.clone()));
    on_cleanup(move || {
        // If the collection was dropped first, so were its listeners.
        all.try_update_value(|all| all.retain(|it| !Arc::ptr_eq(it, &listener)));
    });
}

fn order_of<M: Model>(replica: &Replica<M>) -> Vec<Uuid> {
    replica.ordered().map(Model::id).collect()
}

fn row_of<M>(delta: &Delta<M>) -> &M {
    match delta {
        Delta::Inserted(row) | Delta::Updated { row, .. } | Delta::Removed(row) => row,
    }
}
