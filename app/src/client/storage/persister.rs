//! Keeps one open list, and takes on what other tabs left of it when they went.
//!
//! Each tab numbers its mutations under a client id that is new, and holds a lock of that name as
//! long as it lives. Whoever gets the lock of another client knows that its tab is gone, and sends
//! what it left, in its name. Nobody ever goes on counting in that name: so a mutation that was
//! sent but not kept any more cannot lend its number to another, and nothing needs to be kept before
//! it is sent. If two should send the same outbox after all, the server takes each mutation once.

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
    database,
    lock::Lock,
    records::{self, outbox_key},
    refused,
};
use crate::{
    Record,
    client::{notices::Notice, session::Session, typed::typed_text},
};

/// After a change, the list is kept within so many milliseconds.
const GATHER: u32 = 500;

/// So often, in milliseconds, a tab looks whether others have something unsent, to wait for it.
const RESCAN: u32 = 15_000;

/// What could not be kept is told of if it is still not sent after so many milliseconds.
const PATIENCE: u32 = 3_000;

/// Stores what a session must not lose, as long as the reactive owner lives under which this is called.
pub(crate) fn start(session: Session) {
    refused::start(session);
    StoredValue::new_local(Keeper::start(session));
}

/// Keeps a session, as long as it lives.
struct Keeper {
    shelf: Rc<Shelf>,
    listeners: Vec<WindowListenerHandle>,
    _rescan: Interval,
}

impl Keeper {
    fn start(session: Session) -> Self {
        let shelf = Rc::new(Shelf::new(session));
        let weak = Rc::downgrade(&shelf);
        let own = lock_name(&shelf.token, session.records().client_id());
        spawn_local(hold_own_lock(weak.clone(), own));
        spawn_local(read_kept_list(weak.clone(), session.token()));
        shelf.look_for_left();
        let lost = weak.clone();
        database::on_loss(Some(Rc::new(move || with(&lost, Shelf::keep_anew))));
        let rescan = Interval::new(RESCAN, {
            let weak = weak.clone();
            move || with(&weak, Shelf::look_for_left)
        });
        let listeners = ["online", "pageshow", "pagehide", "visibilitychange"]
            .map(|event| {
                let weak = weak.clone();
                window_event_listener_untyped(event, move |_| {
                    with(&weak, |shelf| {
                        shelf.keep_list();
                        shelf.look_for_left();
                    });
                })
            })
            .into();
        Effect::new(move |_| {
            session.records().track();
            let gone = session.gone().get();
            with(
                &weak,
                |shelf| if gone { shelf.give_up() } else { shelf.keep() },
            );
        });
        Self {
            shelf,
            listeners,
            _rescan: rescan,
        }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.listeners
            .drain(..)
            .for_each(WindowListenerHandle::remove);
        self.shelf.closed.set(true);
        database::on_loss(None);
        // Their locks go with them.
        self.shelf.kept.take();
    }
}

/// What is kept of one session.
struct Shelf {
    session: Session,
    token: String,
    /// The own outbox, and those that were taken on.
    kept: RefCell<Vec<KeptOutbox>>,
    /// Other clients whose lock was asked for.
    asked: RefCell<HashSet<ClientId>>,
    /// The cursor of the list that this tab has kept or read last.
    kept_at: Cell<Option<Cursor>>,
    list_due: RefCell<Option<Timeout>>,
    told: Cell<bool>,
    /// The session is no more: its rows must not be asked for.
    closed: Cell<bool>,
}

/// How much of an outbox is kept.
struct KeptOutbox {
    client_id: ClientId,
    /// The numbers that were written or read here, ascending. No others are ever removed: another tab
    /// may write to the same outbox.
    kept: Vec<Seq>,
    /// Held as long as this is here.
    lock: Option<Lock>,
}

impl Shelf {
    fn new(session: Session) -> Self {
        let own = KeptOutbox {
            client_id: session.records().client_id(),
            kept: Vec::new(),
            lock: None,
        };
        Self {
            session,
            token: session.token(),
            asked: RefCell::new(HashSet::from([own.client_id])),
            kept: RefCell::new(vec![own]),
            kept_at: Cell::default(),
            list_due: RefCell::default(),
            told: Cell::new(false),
            closed: Cell::new(false),
        }
    }

    /// Keeps what changed: mutations at once, the list with others of its changes.
    fn keep(self: &Rc<Self>) {
        for outbox in &mut *self.kept.borrow_mut() {
            self.keep_outbox(outbox);
        }
        if self.list_due.borrow().is_none() {
            let weak = Rc::downgrade(self);
            let due = Timeout::new(GATHER, move || with(&weak, Self::keep_list));
            self.list_due.replace(Some(due));
        }
    }

    /// The database was closed, and what was in it may be gone.
    fn keep_anew(self: &Rc<Self>) {
        for outbox in &mut *self.kept.borrow_mut() {
            outbox.kept.clear();
        }
        self.kept_at.set(None);
        self.keep();
    }

    fn keep_outbox(self: &Rc<Self>, outbox: &mut KeptOutbox) {
        let client_id = outbox.client_id;
        let (settled, new) = self.session.records().outbox(client_id, &outbox.kept);
        if settled.is_empty() && new.is_empty() {
            return;
        }
        outbox
            .kept
            .retain(|seq| settled.binary_search(seq).is_err());
        outbox.kept.extend(new.iter().map(|it| it.mutation.seq));
        outbox.kept.sort_unstable();
        let is_over = outbox.kept.is_empty();
        let this = self.clone();
        spawn_local(async move {
            let key = outbox_key(&this.token, client_id);
            let written = records::write_outbox(&key, client_id, &settled, &new).await;
            if written.is_err() {
                this.not_kept(client_id, settled, new).await;
            } else if is_over {
                this.let_go(client_id);
            }
        });
    }

    /// All of an outbox is settled, and nothing of it is kept any more.
    fn let_go(&self, client_id: ClientId) {
        let mut kept = self.kept.borrow_mut();
        // The own one, which is the first, lives on.
        if let Some(place) = kept.iter().skip(1).position(|it| it.client_id == client_id) {
            kept.remove(place + 1);
            self.asked.borrow_mut().remove(&client_id);
        }
    }

    /// Neither could the settled ones be removed nor the new ones be kept. It is tried again with the next
    /// change, and after a while, if there are new ones.
    async fn not_kept(
        self: &Rc<Self>,
        client_id: ClientId,
        settled: Vec<Seq>,
        new: Vec<StoredMutation<Record>>,
    ) {
        let is_new = |seq: &Seq| new.iter().any(|it| it.mutation.seq == *seq);
        for outbox in &mut *self.kept.borrow_mut() {
            if outbox.client_id == client_id {
                outbox.kept.retain(|seq| !is_new(seq));
                outbox.kept.extend(&settled);
                outbox.kept.sort_unstable();
            }
        }
        if new.is_empty() {
            return;
        }
        TimeoutFuture::new(PATIENCE).await;
        let is_kept = || {
            let kept = self.kept.borrow();
            let kept = kept.iter().filter(|it| it.client_id == client_id);
            kept.flat_map(|it| &it.kept).any(is_new)
        };
        if self.closed.get() || is_kept() || self.session.records().pending().get_untracked() == 0 {
            return;
        }
        if !self.told.replace(true) {
            self.session
                .notices()
                .add(Notice::warning(self.session.words().nothing_kept));
        }
        self.keep();
    }

    /// Keeps the list, if that is due.
    fn keep_list(self: &Rc<Self>) {
        let now = self.session.records().cursor();
        let before = self.kept_at.get();
        if self.list_due.take().is_none() || before == Some(now) {
            return;
        }
        self.kept_at.set(Some(now));
        let opened = self.session.opened();
        let token = self.token.clone();
        // The server's history is another one, or has become shorter: what is kept is of the one before.
        let any =
            before.is_some_and(|before| before.epoch != now.epoch || before.version > now.version);
        let this = self.clone();
        spawn_local(async move {
            if records::write_list(&token, &opened, any).await.is_err() {
                // The next change tries it again.
                this.kept_at.set(before);
            }
        });
    }

    /// Asks for the locks of all other clients that have something unsent.
    fn look_for_left(self: &Rc<Self>) {
        let weak = Rc::downgrade(self);
        let token = self.token.clone();
        spawn_local(async move {
            for outbox in records::read_outboxes(&token).await {
                with(&weak, |shelf| {
                    if shelf.asked.borrow_mut().insert(outbox.client_id) {
                        spawn_local(take_on(weak.clone(), token.clone(), outbox.client_id));
                    }
                });
            }
        });
    }

    /// The list is gone, and nothing can be sent any more: what was typed is told. It is kept until
    /// the person discards it, there or on the page that says that there is no such list.
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

async fn hold_own_lock(shelf: Weak<Shelf>, name: String) {
    let lock = Lock::acquire(&name).await;
    with(&shelf, |shelf| shelf.kept.borrow_mut()[0].lock = lock);
}

/// The page may be older than what was seen here last.
async fn read_kept_list(shelf: Weak<Shelf>, token: String) {
    if let Some(kept) = records::opened(&token).await {
        with(&shelf, |shelf| {
            shelf.kept_at.set(Some(kept.snapshot.cursor()));
            shelf.session.records().restore(kept.snapshot);
        });
    }
}

/// Waits until a client is gone, and sends what it left.
async fn take_on(shelf: Weak<Shelf>, token: String, client_id: ClientId) {
    let key = outbox_key(&token, client_id);
    let lock = Lock::acquire(&lock_name(&token, client_id)).await;
    // Another tab may have sent it meanwhile.
    let left = match lock {
        Some(_) => records::read_outboxes(&key).await.pop(),
        None => None,
    };
    with(&shelf, |shelf| match left {
        Some(outbox) => {
            shelf.kept.borrow_mut().push(KeptOutbox {
                client_id,
                kept: outbox.pending.iter().map(|it| it.mutation.seq).collect(),
                lock,
            });
            shelf.session.records().adopt(outbox);
            shelf.session.wake_up();
        }
        None => drop(shelf.asked.borrow_mut().remove(&client_id)),
    });
}

fn lock_name(token: &str, client_id: ClientId) -> String {
    format!("tandem:{}", outbox_key(token, client_id))
}

fn with(shelf: &Weak<Shelf>, act: impl FnOnce(&Rc<Shelf>)) {
    if let Some(shelf) = shelf.upgrade().filter(|shelf| !shelf.closed.get()) {
        act(&shelf);
    }
}
