//! Stores one open list, and recovers what closed tabs left unsent.
//!
//! Each tab numbers its mutations under a new client id, and holds a lock of that name while it
//! lives. A tab that gets another client's lock knows that its tab is gone, and sends what it left
//! under the same id. No tab ever continues another's sequence numbers: so the number of a mutation
//! that was sent but not stored is never used again, and nothing needs to be stored before it is
//! sent. If two tabs send the same outbox after all, the server applies each mutation once.

use std::{
    cell::{Cell, RefCell},
    collections::HashSet,
    rc::{Rc, Weak},
};

use gloo_timers::{
    callback::{Interval, Timeout},
    future::TimeoutFuture,
};
use leptos::{prelude::*, task::spawn_local};
use sync::{ClientId, Cursor, Refusal, Refused, Seq, StoredMutation};

use super::{
    database::{self, Replace},
    lock::Lock,
    records::{self, outbox_key},
    refused,
};
use crate::{
    Record,
    client::{notices::Notice, session::Session, typed::typed_text},
};

/// Time to gather changes before the list is stored, in milliseconds.
const SAVE_DEBOUNCE_MS: u32 = 500;

/// Interval between scans for what other tabs have not sent, in milliseconds.
const RESCAN_INTERVAL_MS: u32 = 15_000;

/// Grace period before warning that a change is neither stored nor sent, in milliseconds.
const UNSAVED_GRACE_MS: u32 = 3_000;

/// Stores what a session must not lose, until the current reactive owner is disposed.
pub(crate) fn start(session: Session) {
    refused::start(session);
    StoredValue::new_local(Persister::start(session));
}

/// Stores a session until it is dropped.
struct Persister {
    state: Rc<PersisterState>,
    listeners: Vec<WindowListenerHandle>,
    _rescan: Interval,
}

impl Persister {
    fn start(session: Session) -> Self {
        let state = Rc::new(PersisterState::new(session));
        let weak = Rc::downgrade(&state);
        let own = lock_name(&state.token, session.records().client_id());
        spawn_local(hold_own_lock(weak.clone(), own));
        spawn_local(read_stored_list(weak.clone(), session.token()));
        state.look_for_unsent();
        let lost = weak.clone();
        database::on_loss(Some(Rc::new(move || {
            with(&lost, PersisterState::store_anew);
        })));
        let rescan = Interval::new(RESCAN_INTERVAL_MS, {
            let weak = weak.clone();
            move || with(&weak, PersisterState::look_for_unsent)
        });
        let listeners = ["online", "pageshow", "pagehide", "visibilitychange"]
            .map(|event| {
                let weak = weak.clone();
                window_event_listener_untyped(event, move |_| {
                    with(&weak, |state| {
                        state.store_list();
                        state.look_for_unsent();
                    });
                })
            })
            .into();
        Effect::new(move |_| {
            session.records().track();
            let gone = session.gone().get();
            with(&weak, |state| {
                if gone {
                    state.give_up();
                } else {
                    state.store();
                }
            });
        });
        Self {
            state,
            listeners,
            _rescan: rescan,
        }
    }
}

impl Drop for Persister {
    fn drop(&mut self) {
        self.listeners
            .drain(..)
            .for_each(WindowListenerHandle::remove);
        self.state.closed.set(true);
        database::on_loss(None);
        // This releases their locks.
        self.state.outboxes.take();
    }
}

/// What is stored of one session.
struct PersisterState {
    session: Session,
    token: String,
    /// The tab's own outbox, then the recovered ones.
    outboxes: RefCell<Vec<StoredOutbox>>,
    /// Other clients whose lock was requested.
    asked: RefCell<HashSet<ClientId>>,
    /// The cursor of the list that this tab has last written or read.
    stored_at: Cell<Option<Cursor>>,
    list_due: RefCell<Option<Timeout>>,
    told: Cell<bool>,
    /// Whether the session is disposed, so that its rows must not be read.
    closed: Cell<bool>,
}

/// How much of an outbox is stored.
struct StoredOutbox {
    client_id: ClientId,
    /// The numbers that were written or read here, ascending. No others are ever removed: another tab
    /// may write to the same outbox.
    stored: Vec<Seq>,
    /// Held until the outbox is settled.
    lock: Option<Lock>,
}

impl PersisterState {
    fn new(session: Session) -> Self {
        let own = StoredOutbox {
            client_id: session.records().client_id(),
            stored: Vec::new(),
            lock: None,
        };
        Self {
            session,
            token: session.token(),
            asked: RefCell::new(HashSet::from([own.client_id])),
            outboxes: RefCell::new(vec![own]),
            stored_at: Cell::default(),
            list_due: RefCell::default(),
            told: Cell::new(false),
            closed: Cell::new(false),
        }
    }

    /// Stores what changed: mutations at once, the list after a debounce.
    fn store(self: &Rc<Self>) {
        for outbox in &mut *self.outboxes.borrow_mut() {
            self.store_outbox(outbox);
        }
        if self.list_due.borrow().is_none() {
            let weak = Rc::downgrade(self);
            let due = Timeout::new(SAVE_DEBOUNCE_MS, move || with(&weak, Self::store_list));
            self.list_due.replace(Some(due));
        }
    }

    /// Stores everything again, since the database was closed and may have been emptied.
    fn store_anew(self: &Rc<Self>) {
        for outbox in &mut *self.outboxes.borrow_mut() {
            outbox.stored.clear();
        }
        self.stored_at.set(None);
        self.store();
    }

    fn store_outbox(self: &Rc<Self>, outbox: &mut StoredOutbox) {
        let client_id = outbox.client_id;
        let (settled, new) = self.session.records().outbox(client_id, &outbox.stored);
        if settled.is_empty() && new.is_empty() {
            return;
        }
        outbox
            .stored
            .retain(|seq| settled.binary_search(seq).is_err());
        outbox.stored.extend(new.iter().map(|it| it.mutation.seq));
        outbox.stored.sort_unstable();
        let is_over = outbox.stored.is_empty();
        let this = self.clone();
        spawn_local(async move {
            let key = outbox_key(&this.token, client_id);
            let written = records::write_outbox(&key, client_id, &settled, &new).await;
            if written.is_err() {
                this.not_stored(client_id, settled, new).await;
            } else if is_over {
                this.let_go(client_id);
            }
        });
    }

    /// Forgets an outbox of which everything is settled.
    fn let_go(&self, client_id: ClientId) {
        let mut outboxes = self.outboxes.borrow_mut();
        // The tab's own outbox, which is the first, stays.
        if let Some(place) = outboxes
            .iter()
            .skip(1)
            .position(|it| it.client_id == client_id)
        {
            outboxes.remove(place + 1);
            self.asked.borrow_mut().remove(&client_id);
        }
    }

    /// Notes that an outbox could not be written. It is tried again with the next change, and after a
    /// while if there are new mutations.
    async fn not_stored(
        self: &Rc<Self>,
        client_id: ClientId,
        settled: Vec<Seq>,
        new: Vec<StoredMutation<Record>>,
    ) {
        let is_new = |seq: &Seq| new.iter().any(|it| it.mutation.seq == *seq);
        for outbox in &mut *self.outboxes.borrow_mut() {
            if outbox.client_id == client_id {
                outbox.stored.retain(|seq| !is_new(seq));
                outbox.stored.extend(&settled);
                outbox.stored.sort_unstable();
            }
        }
        if new.is_empty() {
            return;
        }
        TimeoutFuture::new(UNSAVED_GRACE_MS).await;
        let is_stored = || {
            let outboxes = self.outboxes.borrow();
            let own = outboxes.iter().filter(|it| it.client_id == client_id);
            own.flat_map(|it| &it.stored).any(is_new)
        };
        if self.closed.get() || is_stored() || self.session.records().pending().get_untracked() == 0
        {
            return;
        }
        if !self.told.replace(true) {
            self.session
                .notices()
                .add(Notice::warning(self.session.words().nothing_kept));
        }
        self.store();
    }

    /// Stores the list, if that is due.
    fn store_list(self: &Rc<Self>) {
        let now = self.session.records().cursor();
        let before = self.stored_at.get();
        if self.list_due.take().is_none() || before == Some(now) {
            return;
        }
        // The server has another history, or a shorter one: what is stored belongs to the previous
        // one.
        let is_other =
            before.is_some_and(|before| before.epoch != now.epoch || before.version > now.version);
        if is_other && !self.session.has_heard() {
            return;
        }
        self.stored_at.set(Some(now));
        let opened = self.session.opened();
        let token = self.token.clone();
        let replace = if is_other {
            Replace::Any
        } else {
            Replace::Older
        };
        let this = self.clone();
        spawn_local(async move {
            if records::write_list(&token, &opened, replace).await.is_err() {
                // The next change tries again.
                this.stored_at.set(before);
            }
        });
    }

    /// Requests the locks of all other clients that have something unsent.
    fn look_for_unsent(self: &Rc<Self>) {
        let weak = Rc::downgrade(self);
        let token = self.token.clone();
        spawn_local(async move {
            for outbox in records::read_outboxes(&token).await {
                with(&weak, |state| {
                    if state.asked.borrow_mut().insert(outbox.client_id) {
                        spawn_local(recover_mutations(
                            weak.clone(),
                            token.clone(),
                            outbox.client_id,
                        ));
                    }
                });
            }
        });
    }

    /// Shows what was typed for a list that is gone and accepts nothing any more. It stays stored
    /// until the person discards it, here or on the page of the missing list.
    fn give_up(&self) {
        let unsent = self.session.records().pending_mutations().into_iter();
        let typed = unsent.filter(|mutation| typed_text(&mutation.op).is_some());
        let refused = typed.map(|mutation| Refused {
            mutation,
            reason: Refusal::Destroyed,
        });
        self.session.report(refused.collect());
        self.closed.set(true);
    }
}

async fn hold_own_lock(state: Weak<PersisterState>, name: String) {
    let lock = Lock::acquire(&name).await;
    with(&state, |state| state.outboxes.borrow_mut()[0].lock = lock);
}

/// Restores the stored list, since the page may be older.
async fn read_stored_list(state: Weak<PersisterState>, token: String) {
    if let Some(stored) = records::opened(&token).await {
        with(&state, |state| {
            state.stored_at.set(Some(stored.snapshot.cursor()));
            state.session.records().restore(stored.snapshot);
        });
    }
}

/// Waits until a client is gone, and sends what it left unsent.
async fn recover_mutations(state: Weak<PersisterState>, token: String, client_id: ClientId) {
    let key = outbox_key(&token, client_id);
    let lock = Lock::acquire(&lock_name(&token, client_id)).await;
    // Another tab may have sent it in the meantime.
    let left = match lock {
        Some(_) => records::read_outboxes(&key).await.pop(),
        None => None,
    };
    with(&state, |state| match left {
        Some(outbox) => {
            state.outboxes.borrow_mut().push(StoredOutbox {
                client_id,
                stored: outbox.pending.iter().map(|it| it.mutation.seq).collect(),
                lock,
            });
            state.session.records().adopt(outbox);
            state.session.wake_up();
        }
        None => drop(state.asked.borrow_mut().remove(&client_id)),
    });
}

fn lock_name(token: &str, client_id: ClientId) -> String {
    format!("tandem:{}", outbox_key(token, client_id))
}

fn with(state: &Weak<PersisterState>, act: impl FnOnce(&Rc<PersisterState>)) {
    if let Some(state) = state.upgrade().filter(|state| !state.closed.get()) {
        act(&state);
    }
}
