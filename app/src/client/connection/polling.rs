//! Where no socket is to be had, the server is asked for what is new every few seconds.

use std::{cell::RefCell, rc::Rc};

use gloo_timers::callback::Timeout;
use leptos::prelude::GetUntracked;

use super::outbox::Outbox;
use crate::{client::session::Session, platform};

/// A socket may be away for so many milliseconds; then the server is asked, and again after about as
/// many.
const PERIOD: u32 = 5_000;

/// Asks, from a while after [`Polling::begin`] until [`Polling::end`].
pub(super) struct Polling {
    session: Session,
    outbox: Rc<Outbox>,
    timer: RefCell<Option<Timeout>>,
}

impl Polling {
    pub(super) fn new(session: Session, outbox: Rc<Outbox>) -> Rc<Self> {
        Rc::new(Self {
            session,
            outbox,
            timer: RefCell::default(),
        })
    }

    /// There is no socket. While that lasts, this may be said again.
    pub(super) fn begin(self: &Rc<Self>) {
        if self.timer.borrow().is_none() {
            self.arm(PERIOD);
        }
    }

    /// There is one, or nobody is there any more.
    pub(super) fn end(&self) {
        drop(self.timer.take());
        self.outbox.set_polling(false);
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

    /// A page that nobody looks at need not be in step.
    fn ask(&self) {
        if !platform::is_hidden() && !self.session.gone().get_untracked() {
            self.outbox.set_polling(true);
            self.outbox.poll();
        }
    }
}

/// Those that lost their sockets together do not ask together.
fn jittered(random: f64) -> u32 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 4 and 6 thousand"
    )]
    {
        (f64::from(PERIOD) * (0.8 + 0.4 * random)) as u32
    }
}
