//! The shell around the state machine [`sync::Connection`]: it opens sockets, runs timers, and
//! hands what arrives to the session.

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

use super::{polling::Polling, sender::Sender, socket::Socket};
use crate::{
    Error, Record,
    client::{
        recent,
        session::{ConnectionState, Session},
    },
    platform,
};

/// Delay before reconnecting when an unknown list is known again: sockets and requests may reach
/// servers that disagree.
const RECONNECT_DELAY: Duration = Duration::from_secs(5);

/// Connects a session until the current reactive owner is disposed.
pub(crate) fn start(session: Session) {
    if platform::is_kept_page() {
        session.set_away(true);
    }
    let shell = Shell::new(session);
    shell.handle(Input::Start);
    shell.start_again_when_known();
    // These events are only hints to check the connection.
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
            shell.sender.stop();
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
    /// The cursor from which the current subscription asked.
    subscribed_since: Cell<Cursor>,
    /// The epoch in its answer.
    subscribed_epoch: Cell<Option<Epoch>>,
    sender: Rc<Sender>,
    polling: Rc<Polling>,
    /// Whether the connection was live before its last change.
    was_live: Cell<bool>,
    /// The cursor when the service worker was last told to renew the page.
    kept_at: Cell<Cursor>,
    /// Changes that wait for the next animation frame: applied one by one, each would reorder the
    /// whole list.
    arrived: RefCell<Vec<Told<Record>>>,
}

impl Shell {
    fn new(session: Session) -> Rc<Self> {
        let sender = Sender::new(session);
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
            polling: Polling::new(session, sender.clone()),
            sender,
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

    /// Reconnects when an unknown list is known again: the state machine does not come back from
    /// that refusal.
    fn start_again_when_known(&self) {
        let this = self.this.clone();
        let trouble = self.session.trouble();
        Effect::new(move |was_unknown: Option<bool>| {
            let is_unknown = trouble.get() == Some(Error::UnknownList);
            if was_unknown == Some(true) && !is_unknown {
                let this = this.clone();
                let start = move || with(&this, |shell| shell.handle(Input::Start));
                set_timeout(start, RECONNECT_DELAY);
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
            // The browser forbids sockets here, which counts as a failed connection.
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
                self.sender.retry();
            }
            ServerFrame::Event { event, data, .. } => match Told::from_event(&event, &data) {
                Ok(Some(told)) => return self.arrive(told),
                Ok(None) => {}
                Err(_) => return self.session.set_outdated(),
            },
            ServerFrame::SubscriptionError { status: 404, .. } => {
                // A pull tells whether it is deleted or only unknown.
                self.session.set_trouble(Some(Error::UnknownList));
                self.sender.pull();
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
            // A hidden page has no animation frames.
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
        self.sender.set_socket_id(socket_id);
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
        match (state, self.session.connection()) {
            (State::Live(_), _) => self.session.set_connection(ConnectionState::Up),
            // While polling works, another failed attempt changes nothing. An attempt shows the
            // result of the last one.
            (_, ConnectionState::Polling) | (State::Idle | State::Connecting, _) => {}
            (State::Subscribing(_), _) => self.session.set_connection(ConnectionState::Joining),
            (State::Waiting | State::Refused, _) => {
                self.session.set_connection(ConnectionState::Down);
            }
        }
    }

    fn look_around(&self) {
        self.take_arrived();
        if platform::is_hidden() {
            self.sender.send_last();
            return self.renew_page();
        }
        // The browser may have suspended the hidden page.
        self.session.set_away(true);
        self.handle(Input::Check);
        self.sender.pull();
    }

    /// Has the service worker store the page as it is now, for the next time it is opened offline.
    fn renew_page(&self) {
        let cursor = self.session.records().cursor();
        if self.kept_at.replace(cursor) != cursor {
            recent::renew(&self.session.token());
        }
    }

    fn flush(&self) {
        self.sender.flush();
    }
}

fn with(shell: &Weak<Shell>, act: impl FnOnce(&Shell)) {
    if let Some(shell) = shell.upgrade() {
        act(&shell);
    }
}
