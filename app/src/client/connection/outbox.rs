//! Sends what is pending, one push at a time, until the server has taken it.

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
    client::session::{Link, Session},
    platform,
};

/// A push has at most so many bytes; less than the server takes.
const MAX_BYTES: usize = 256 * 1024;

/// And so many where it is to outlive its page, with the rest of the call: browsers take 64 KiB.
const MAX_LAST_BYTES: usize = 60 * 1024;

/// How much is sent at once.
#[derive(Clone, Copy, Default)]
struct Pace {
    /// Grows with each push that got no answer, and shrinks with each that did: what does not get
    /// through in time may in parts.
    failures: u32,
    /// Until that one is found which the server cannot take.
    is_one_by_one: bool,
}

impl Pace {
    fn max_bytes(self) -> usize {
        if self.is_one_by_one {
            // A push has at least one mutation.
            0
        } else {
            MAX_BYTES >> self.failures.min(6)
        }
    }
}

pub(super) struct Outbox {
    session: Session,
    socket_id: RefCell<Option<SocketId>>,
    running: Cell<bool>,
    stopped: Cell<bool>,
    /// Ends the wait before the next try.
    wake: RefCell<Option<oneshot::Sender<()>>>,
    /// Somebody wants to hear from the server even if there is nothing to say.
    pull: Cell<bool>,
    /// Answers to pushes are all that is heard of the server.
    polling: Cell<bool>,
}

impl Outbox {
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

    /// Sends what is pending, unless that is under way.
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

    /// The same, without waiting for the time of the next try.
    pub(super) fn retry(self: &Rc<Self>) {
        if let Some(wake) = self.wake.take() {
            // Nobody waits any more: that is as well.
            let _ = wake.send(());
        }
        self.flush();
    }

    /// Asks the server what is new, and sends what is pending.
    pub(super) fn pull(self: &Rc<Self>) {
        self.pull.set(true);
        self.retry();
    }

    /// The same, but not before the time of the next try: this is said over and over.
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

    /// The page may be about to go, and take what is under way with it: what is pending is sent once
    /// more, by a way that outlives the page. Nobody hears the answer, so all of it stays pending.
    pub(super) fn send_last(&self) {
        let records = self.session.records();
        if records.pending().get_untracked() == 0 {
            return;
        }
        records.push_failed();
        if let Some(push) = records.next_push(MAX_LAST_BYTES) {
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
                // It was understood, but nothing of it was taken: to repeat it at once would be no use.
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
                        self.session.set_link(Link::Polling);
                    }
                }
                Err(Error::DestroyedList) => {
                    records.push_failed();
                    self.session.set_gone();
                    return;
                }
                // One of several is what the server cannot take; sent one by one, it is found.
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
        // What counts as failed is sent again, and the server knows what it took already.
        platform::call(&PushMutations {
            token: self.session.token(),
            socket_id,
            push,
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

/// Whether the same push may be taken later. An unknown list may come back: until its deletion was
/// heard, nothing of it is given up.
fn may_pass(error: &Error) -> bool {
    error.is_transient() || *error == Error::UnknownList
}
