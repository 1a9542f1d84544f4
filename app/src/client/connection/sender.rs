//! Sends pending mutations, one push at a time, until the server has accepted them.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use futures::{channel::oneshot, future::select};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::GetUntracked, task::spawn_local};
use sync::{Push, Refusal, full_jitter, pusher::SocketId};

use crate::{
    Error, Record,
    api::{self, PushMutations},
    client::session::{ConnectionState, Session},
    platform,
};

/// Largest push, in bytes. The server accepts more.
const MAX_PUSH_BYTES: usize = 256 * 1024;

/// Largest push sent as a beacon, in bytes. Browsers accept 64 KiB; this leaves room for the rest
/// of the request.
const MAX_BEACON_BYTES: usize = 60 * 1024;

/// How much a push may carry.
#[derive(Clone, Copy, Default)]
struct Pace {
    /// Pushes without an answer, less one for each that got one. A push that takes too long may get
    /// through in parts.
    failures: u32,
    /// Whether mutations are sent one by one, to find the one that the server cannot accept.
    is_one_by_one: bool,
}

impl Pace {
    fn max_bytes(self) -> usize {
        if self.is_one_by_one {
            // A push has at least one mutation.
            0
        } else {
            MAX_PUSH_BYTES >> self.failures.min(6)
        }
    }
}

pub(super) struct Sender {
    session: Session,
    socket_id: RefCell<Option<SocketId>>,
    running: Cell<bool>,
    stopped: Cell<bool>,
    /// Ends the wait before the next attempt.
    wake: RefCell<Option<oneshot::Sender<()>>>,
    /// Whether to ask the server even if nothing is pending.
    pull: Cell<bool>,
    /// Whether there is no socket, so that only answers to pushes bring changes.
    polling: Cell<bool>,
}

impl Sender {
    pub(super) fn new(session: Session) -> Rc<Self> {
        Rc::new(Self {
            session,
            socket_id: RefCell::default(),
            running: Cell::new(false),
            stopped: Cell::new(false),
            wake: RefCell::default(),
            pull: Cell::new(false),
            polling: Cell::new(false),
        })
    }

    pub(super) fn set_socket_id(&self, socket_id: Option<SocketId>) {
        self.socket_id.replace(socket_id);
    }

    /// Sends what is pending, unless a push is in flight.
    pub(super) fn flush(self: &Rc<Self>) {
        if self.running.replace(true) {
            return;
        }
        let this = self.clone();
        spawn_local(async move {
            this.drain().await;
            this.running.set(false);
        });
    }

    /// Sends what is pending now, without waiting for the next attempt.
    pub(super) fn retry(self: &Rc<Self>) {
        if let Some(wake) = self.wake.take() {
            // If nobody waits any more, there is nothing to wake.
            let _ = wake.send(());
        }
        self.flush();
    }

    /// Asks the server what is new, and sends what is pending.
    pub(super) fn pull(self: &Rc<Self>) {
        self.pull.set(true);
        self.retry();
    }

    /// Asks the server what is new at the next attempt. May be called over and over.
    pub(super) fn poll(self: &Rc<Self>) {
        self.pull.set(true);
        self.flush();
    }

    pub(super) fn set_polling(&self, polling: bool) {
        self.polling.set(polling);
    }

    pub(super) fn stop(&self) {
        self.stopped.set(true);
    }

    /// Sends what is pending once more as a beacon, because the page may be about to go and abort
    /// what is in flight. Nobody reads the answer, so everything stays pending.
    pub(super) fn send_last(&self) {
        let records = self.session.records();
        if records.pending().get_untracked() == 0 {
            return;
        }
        records.push_failed();
        if let Some(push) = records.next_push(MAX_BEACON_BYTES) {
            records.push_failed();
            api::push_last(self.session.token(), push);
        }
    }

    async fn drain(&self) {
        let mut pace = Pace::default();
        while !self.stopped.get()
            && let Some(push) = self.next(pace)
        {
            let carried = push.mutations.len();
            let first = push.mutations.first().map(|mutation| mutation.seq);
            let answer = self.send(push).await;
            if self.stopped.get() {
                return;
            }
            let records = self.session.records();
            match answer {
                // The server understood the push but accepted none of it. Repeating it at once
                // would not help.
                Ok(answer) if first > Some(answer.acked) => {
                    self.session.report(records.pushed(answer));
                    self.wait_for(&mut pace).await;
                }
                Ok(answer) => {
                    pace.failures = pace.failures.saturating_sub(1);
                    self.session.set_trouble(None);
                    self.session.report(records.pushed(answer));
                    self.session.set_away(false);
                    if self.polling.get() {
                        self.session.set_connection(ConnectionState::Polling);
                    }
                }
                Err(error @ (Error::DestroyedList | Error::ReplacedLink)) => {
                    records.push_failed();
                    self.session.set_gone(error == Error::ReplacedLink);
                    return;
                }
                // The server cannot accept one of several mutations. Sending them one by one finds
                // it.
                Err(error) if !may_pass(&error) && carried > 1 => {
                    records.push_failed();
                    pace.is_one_by_one = true;
                }
                Err(error) if !may_pass(&error) && carried == 1 => {
                    pace.is_one_by_one = false;
                    let refused = records.push_refused(&Refusal::Unsupported);
                    self.session.report(refused);
                }
                Err(error) => {
                    records.push_failed();
                    if error == Error::Outdated {
                        self.session.set_outdated();
                    }
                    let passes = may_pass(&error);
                    self.session.set_trouble(passes.then_some(error));
                    self.wait_for(&mut pace).await;
                }
            }
        }
    }

    fn next(&self, pace: Pace) -> Option<Push<Record>> {
        let records = self.session.records();
        if self.pull.replace(false) {
            records.pull(pace.max_bytes())
        } else {
            records.next_push(pace.max_bytes())
        }
    }

    async fn send(&self, push: Push<Record>) -> Result<sync::PushAnswer<Record>, Error> {
        let socket_id = self.socket_id.borrow().clone();
        // A push that failed is repeated. The server recognizes what it has accepted already.
        platform::call(&PushMutations {
            token: self.session.token(),
            socket_id,
            push,
            typed: false,
        })
        .await
    }

    /// Waits for the time of the next try: for as long as the server has asked, whatever happens, and then
    /// until somebody wakes it.
    async fn wait_for(&self, pace: &mut Pace) {
        TimeoutFuture::new(platform::pause()).await;
        let delay = full_jitter(pace.failures, js_sys::Math::random());
        pace.failures += 1;
        let (wake, woken) = oneshot::channel();
        self.wake.replace(Some(wake));
        select(TimeoutFuture::new(delay), woken).await;
        self.wake.take();
    }
}

/// Whether the same push may succeed later. An unknown list may come back, so nothing is given up
/// until its deletion is known.
fn may_pass(error: &Error) -> bool {
    error.is_transient() || *error == Error::UnknownList
}
