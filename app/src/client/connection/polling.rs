//! Polls the server every few seconds while there is no socket.

use std::{cell::RefCell, rc::Rc};

use gloo_timers::callback::Timeout;
use leptos::prelude::GetUntracked;

use super::sender::Sender;
use crate::{client::session::Session, platform};

/// Polling interval in milliseconds, ±20 %. Also how long to wait for a socket before the first
/// poll.
const POLL_INTERVAL_MS: u32 = 5_000;

/// Polls from one interval after [`Polling::begin`] until [`Polling::end`].
pub(super) struct Polling {
    session: Session,
    sender: Rc<Sender>,
    timer: RefCell<Option<Timeout>>,
}

impl Polling {
    pub(super) fn new(session: Session, sender: Rc<Sender>) -> Rc<Self> {
        Rc::new(Self {
            session,
            sender,
            timer: RefCell::default(),
        })
    }

    /// Starts polling, unless it runs already.
    pub(super) fn begin(self: &Rc<Self>) {
        if self.timer.borrow().is_none() {
            self.arm(POLL_INTERVAL_MS);
        }
    }

    /// Stops polling.
    pub(super) fn end(&self) {
        drop(self.timer.take());
        self.sender.set_polling(false);
    }

    fn arm(self: &Rc<Self>, delay: u32) {
        let this = Rc::downgrade(self);
        let timeout = Timeout::new(delay, move || {
            if let Some(this) = this.upgrade() {
                this.ask();
                this.arm(jittered(js_sys::Math::random()));
            }
        });
        self.timer.replace(Some(timeout));
    }

    /// Polls, unless the page is hidden.
    fn ask(&self) {
        if !platform::is_hidden() && !self.session.gone().get_untracked() {
            self.sender.set_polling(true);
            self.sender.poll();
        }
    }
}

/// Returns the interval with jitter, so that clients that lost their sockets together do not poll
/// together.
fn jittered(random: f64) -> u32 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 4 and 6 thousand"
    )]
    {
        (f64::from(POLL_INTERVAL_MS) * (0.8 + 0.4 * random)) as u32
    }
}
