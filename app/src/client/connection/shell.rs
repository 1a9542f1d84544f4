//! The shell around [`sync::Connection`]: it opens sockets and keeps timers as the machine says,
//! and hands what arrives to the session.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    rc::{Rc, Weak},
    time::Duration,
};

use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use sync::{
    Action, CatchUp, Connection, Cursor, Epoch, Input, State, Timer, Told, full_jitter,
    pusher::ServerFrame,
};

use super::{outbox::Outbox, polling::Polling, socket::Socket};
use crate::{
    Error, Record,
    client::{
        recent,
        session::{Link, Session},
    },
    platform,
};

/// Pause before a socket for a list that was unknown and is known again: socket and calls may be
/// answered by servers that disagree.
const START_AGAIN: Duration = Duration::from_secs(5);

/// Keeps a session in step, as long as the reactive owner lives under which this is called.
pub(crate) fn start(session: Session) {
    if platform::is_kept_page() {
        session.set_away(true);
    }
    let shell = Shell::new(session);
    shell.handle(Input::Start);
    shell.start_again_when_known();
    // What the browser believes of the network is only a reason to look.
    let listeners = ["online", "offline", "pageshow", "visibilitychange"].map(|event| {
        let shell = Rc::downgrade(&shell);
        window_event_listener_untyped(event, move |_| with(&shell, Shell::look_around))
    });
    let shell = StoredValue::new_local(shell);
    session.on_wake_up(move || {
        shell.try_with_value(|shell| shell.flush());
    });
    on_cleanup(move || {
        listeners.into_iter().for_each(WindowListenerHandle::remove);
        shell.try_with_value(|shell| {
            shell.renew_page();
            shell.outbox.stop();
            shell.handle(Input::Stop);
        });
    });
}

struct Shell {
    this: Weak<Self>,
    session: Session,
    connection: RefCell<Connection>,
    socket: RefCell<Option<Socket>>,
    timers: RefCell<HashMap<Timer, Timeout>>,
    /// The cursor that the present subscription asked from.
    subscribed_since: Cell<Cursor>,
    /// The epoch in which it was answered.
    subscribed_epoch: Cell<Option<Epoch>>,
    outbox: Rc<Outbox>,
    polling: Rc<Polling>,
    /// Frames arrived until a moment ago.
    was_live: Cell<bool>,
    /// The cursor when the service worker was last told to renew its page.
    kept_at: Cell<Cursor>,
    /// Changes that wait for the next frame of the screen: of many that come together, each by itself
    /// would have the whole list put in order.
    arrived: RefCell<Vec<Told<Record>>>,
}

impl Shell {
    fn new(session: Session) -> Rc<Self> {
        let outbox = Outbox::new(session);
        Rc::new_cyclic(|this| Self {
            this: this.clone(),
            session,
            connection: RefCell::new(Connection::new(Box::new(|attempt| {
                full_jitter(attempt, js_sys::Math::random())
            }))),
            socket: RefCell::default(),
            timers: RefCell::default(),
            subscribed_since: Cell::default(),
            subscribed_epoch: Cell::default(),
            polling: Polling::new(session, outbox.clone()),
            outbox,
            was_live: Cell::new(false),
            kept_at: Cell::default(),
            arrived: RefCell::default(),
        })
    }

    fn handle(&self, input: Input) {
        let actions = self.connection.borrow_mut().handle(input);
        for action in actions {
            self.perform(action);
        }
    }

    fn perform(&self, action: Action) {
        match action {
            Action::Open => self.open(),
            Action::Send(text) => self.send(&text),
            Action::Drop => drop(self.socket.take()),
            Action::Arm(timer, delay) => self.arm(timer, delay),
            Action::Disarm(timer) => drop(self.timers.borrow_mut().remove(&timer)),
            Action::Subscribe => self.subscribe(),
            Action::Deliver(frame) => self.deliver(frame),
            Action::Changed(state) => self.tell(&state),
        }
    }

    /// A socket that was told that the list is unknown does not come back by itself.
    fn start_again_when_known(&self) {
        let this = self.this.clone();
        let trouble = self.session.trouble();
        Effect::new(move |was_unknown: Option<bool>| {
            let is_unknown = trouble.get() == Some(Error::UnknownList);
            if was_unknown == Some(true) && !is_unknown {
                let this = this.clone();
                let start = move || with(&this, |shell| shell.handle(Input::Start));
                set_timeout(start, START_AGAIN);
            }
            is_unknown
        });
    }

    fn open(&self) {
        let origin = platform::origin().replacen("http", "ws", 1);
        let key = platform::body_attribute("data-pusher-key");
        let url = format!("{origin}/app/{key}?protocol=7&client=tandem");
        let (on_text, on_close) = (self.this.clone(), self.this.clone());
        let socket = Socket::open(
            &url,
            move |text| with(&on_text, |shell| shell.handle(Input::Frame(text))),
            move |code| with(&on_close, |shell| shell.handle(Input::Closed { code })),
        );
        if let Ok(socket) = socket {
            drop(self.socket.replace(Some(socket)));
        } else {
            // A browser that forbids sockets here: as if it could not connect.
            let this = self.this.clone();
            leptos::task::spawn_local(async move {
                with(&this, |shell| shell.handle(Input::Closed { code: 1006 }));
            });
        }
    }

    fn send(&self, text: &str) {
        if let Some(socket) = &*self.socket.borrow() {
            socket.send(text);
        }
    }

    fn arm(&self, timer: Timer, delay: u32) {
        let this = self.this.clone();
        let timeout = Timeout::new(delay, move || {
            with(&this, |shell| {
                shell.timers.borrow_mut().remove(&timer);
                shell.handle(Input::Elapsed(timer));
            });
        });
        self.timers.borrow_mut().insert(timer, timeout);
    }

    fn subscribe(&self) {
        self.take_arrived();
        let since = self.session.records().cursor();
        self.subscribed_since.set(since);
        let channel = format!("list-{}", self.session.token());
        let text = self.connection.borrow().subscribe(&channel, since);
        self.send(&text);
    }

    fn deliver(&self, frame: ServerFrame) {
        match frame {
            ServerFrame::Subscribed { data, .. } => {
                let Ok(catch_up) = serde_json::from_str::<CatchUp<_>>(&data) else {
                    return self.session.set_outdated();
                };
                self.subscribed_epoch.set(catch_up.epoch);
                self.session
                    .records()
                    .catch_up(self.subscribed_since.get(), catch_up);
                self.session.set_away(false);
                self.outbox.retry();
            }
            ServerFrame::Event { event, data, .. } => match Told::from_event(&event, &data) {
                Ok(Some(told)) => return self.arrive(told),
                Ok(None) => {}
                Err(_) => return self.session.set_outdated(),
            },
            ServerFrame::SubscriptionError { status: 404, .. } => {
                // Deleted, or only unknown: the outbox hears which.
                self.session.set_trouble(Some(Error::UnknownList));
                self.outbox.pull();
            }
            _ => {}
        }
        self.flush();
    }

    fn arrive(&self, told: Told<Record>) {
        let is_first = self.arrived.borrow().is_empty();
        self.arrived.borrow_mut().push(told);
        if is_first {
            let this = self.this.clone();
            let take = move || with(&this, Self::take_arrived);
            // A page that nobody looks at has no frames.
            if platform::is_hidden() {
                set_timeout(take, Duration::ZERO);
            } else {
                request_animation_frame(take);
            }
        }
    }

    fn take_arrived(&self) {
        let changes = self.arrived.take();
        if !changes.is_empty() {
            let epoch = self.subscribed_epoch.get();
            self.session.records().receive(epoch, changes);
            self.flush();
        }
    }

    fn tell(&self, state: &State) {
        let socket_id = self.connection.borrow().socket_id().cloned();
        self.outbox.set_socket_id(socket_id);
        let was_live = self.was_live.replace(matches!(state, State::Live(_)));
        match state {
            // The session is over.
            State::Idle => return self.polling.end(),
            State::Live(_) => self.polling.end(),
            _ => self.polling.begin(),
        }
        if was_live {
            self.session.set_away(true);
        }
        match (state, self.session.link()) {
            (State::Live(_), _) => self.session.set_link(Link::Up),
            // While the server answers without a socket, it is no news that there is still none.
            // An attempt is no news either: it shows as what the last one led to.
            (_, Link::Polling) | (State::Idle | State::Connecting, _) => {}
            (State::Subscribing(_), _) => self.session.set_link(Link::Joining),
            (State::Waiting | State::Refused, _) => self.session.set_link(Link::Down),
        }
    }

    fn look_around(&self) {
        self.take_arrived();
        if platform::is_hidden() {
            self.outbox.send_last();
            return self.renew_page();
        }
        // While nobody looked, the browser may have let the page sleep.
        self.session.set_away(true);
        self.handle(Input::Check);
        self.outbox.pull();
    }

    /// What was seen last is what the page shows when it is next opened without a network.
    fn renew_page(&self) {
        let cursor = self.session.records().cursor();
        if self.kept_at.replace(cursor) != cursor {
            recent::renew(&self.session.token());
        }
    }

    fn flush(&self) {
        self.outbox.flush();
    }
}

fn with(shell: &Weak<Shell>, act: impl FnOnce(&Shell)) {
    if let Some(shell) = shell.upgrade() {
        act(&shell);
    }
}
