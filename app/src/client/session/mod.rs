//! One open list: its rows, what the person does to them, and how it is synchronized.

mod actions;
#[cfg(feature = "hydrate")]
mod imported;
mod typed_rows;

use std::sync::Arc;

use leptos::prelude::*;
use sync::{ClientId, History, Refused};
use uuid::Uuid;

use crate::{
    Access, Error, List, Opened, Record,
    client::{
        collection::Collection,
        notices::{Notice, Notices},
        refusals::{self, RefusedChanges},
    },
    platform,
    words::{Words, words},
};

/// How the list is synchronized with the server, in terms that a person understands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncState {
    /// Everything is saved, and others' changes arrive as they happen.
    Live,
    /// Everything is saved, and the server is polled every few seconds, since no socket can be
    /// opened.
    Polling,
    /// Connecting, or reading what was missed.
    CatchingUp,
    /// The server cannot be reached. Changes are stored and sent later.
    Offline,
    /// Connected, with changes that the server has not saved yet.
    Pending,
    /// The server is reachable but accepts no changes, see [`Error::is_blocked`]. They stay stored
    /// here.
    Blocked,
}

impl SyncState {
    /// Returns the value of the body's `data-sync`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Live | Self::Polling => "live",
            Self::CatchingUp => "catching-up",
            Self::Offline => "offline",
            Self::Pending | Self::Blocked => "pending",
        }
    }
}

/// The state of the connection, as the session knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectionState {
    /// Not connected yet, or reading what was missed.
    Joining,
    /// Frames arrive.
    Up,
    /// No frames arrive, but the server answers.
    Polling,
    /// Broken. It will be tried again.
    Down,
}

/// Called whenever there is something to send.
type WakeUp = Arc<dyn Fn() + Send + Sync>;

/// One open list.
#[derive(Clone, Copy)]
pub struct Session {
    token: StoredValue<String>,
    list_id: Uuid,
    list: RwSignal<List>,
    access: Access,
    view_token: StoredValue<Option<String>>,
    records: Collection<Record>,
    connection: RwSignal<ConnectionState>,
    /// Why the last push failed, if a later one may succeed.
    trouble: RwSignal<Option<Error>>,
    /// Others' changes may have been missed for a while, so the next ones are those of an absence.
    away: StoredValue<bool>,
    gone: RwSignal<bool>,
    /// Whether it is gone only for this link, which was replaced.
    replaced: RwSignal<bool>,
    /// Whether the person was told that the page is older than the server.
    outdated: StoredValue<bool>,
    notices: Notices,
    history: RwSignal<History<Record>>,
    words: &'static Words,
    wake_up: StoredValue<Option<WakeUp>>,
}

impl Session {
    /// Returns the session of an opened list. By itself it sends and stores nothing.
    pub fn new(token: String, opened: Opened, notices: Notices) -> Self {
        let session = Self {
            token: StoredValue::new(token),
            list_id: opened.list.id,
            list: RwSignal::new(opened.list),
            access: opened.access,
            view_token: StoredValue::new(opened.view_token),
            records: Collection::new(ClientId(platform::new_id()), opened.snapshot),
            connection: RwSignal::new(ConnectionState::Joining),
            trouble: RwSignal::new(None),
            away: StoredValue::new(false),
            gone: RwSignal::new(false),
            replaced: RwSignal::new(false),
            outdated: StoredValue::new(false),
            notices,
            history: RwSignal::new(History::default()),
            words: words(),
            wake_up: StoredValue::new(None),
        };
        let row = session.records.row(session.list_id);
        if let Some(row) = row {
            Effect::new(move |_| {
                if let Some(list) = row.get().as_list() {
                    session.list.set(list.clone());
                }
            });
        }
        session.records.on_remote(move |before, delta| {
            session.note_destroyed_list(delta);
            session
                .history
                .update_untracked(|history| history.note(before, delta));
        });
        session
    }

    /// Sets the function that is called whenever there is something to send.
    pub fn on_wake_up(&self, wake_up: impl Fn() + Send + Sync + 'static) {
        self.wake_up.set_value(Some(Arc::new(wake_up)));
    }

    /// The secret in the list's link.
    pub fn token(&self) -> String {
        self.token.get_value()
    }

    /// The list itself.
    pub fn list(&self) -> ReadSignal<List> {
        self.list.read_only()
    }

    /// Whether the link allows changes.
    pub fn may_write(&self) -> bool {
        self.access == Access::Write
    }

    /// The rows.
    pub fn records(&self) -> Collection<Record> {
        self.records
    }

    /// Whether the list is known to be deleted, or its link replaced.
    pub fn gone(&self) -> ReadSignal<bool> {
        self.gone.read_only()
    }

    /// Whether the list is gone only for this link, which was replaced.
    pub fn is_replaced(&self) -> bool {
        self.replaced.get()
    }

    /// Why pushes fail, if later ones may succeed.
    pub fn trouble(&self) -> ReadSignal<Option<Error>> {
        self.trouble.read_only()
    }

    /// What the page says.
    pub fn words(&self) -> &'static Words {
        self.words
    }

    /// What the person should be told.
    pub fn notices(&self) -> Notices {
        self.notices
    }

    /// How it stands with the server.
    pub fn sync_state(&self) -> Memo<SyncState> {
        let Self {
            connection,
            trouble,
            gone,
            ..
        } = *self;
        let is_blocked = move || trouble.with(|it| it.as_ref().is_some_and(Error::is_blocked));
        let is_unreachable = move || trouble.with(Option::is_some) && !is_blocked();
        let pending = self.records.pending();
        Memo::new(move |_| match connection.get() {
            // A deleted list is no longer synchronized.
            _ if gone.get() || is_unreachable() => SyncState::Offline,
            _ if pending.get() > 0 && is_blocked() => SyncState::Blocked,
            ConnectionState::Down => SyncState::Offline,
            ConnectionState::Joining => SyncState::CatchingUp,
            ConnectionState::Up | ConnectionState::Polling if pending.get() > 0 => {
                SyncState::Pending
            }
            ConnectionState::Up => SyncState::Live,
            ConnectionState::Polling => SyncState::Polling,
        })
    }

    /// Whether the changes that arrive now are those of an absence.
    pub fn is_away(&self) -> bool {
        self.away.get_value()
    }

    /// Calls the function of [`Session::on_wake_up`].
    pub fn wake_up(&self) {
        self.wake_up.with_value(|wake_up| {
            if let Some(wake_up) = wake_up {
                wake_up();
            }
        });
    }

    fn note_destroyed_list(&self, delta: &sync::Delta<Record>) {
        if matches!(delta, sync::Delta::Removed(Record::List(_))) {
            self.gone.set(true);
        }
    }
}

/// What connection and storage use.
impl Session {
    /// Returns the state of the connection.
    pub fn connection(&self) -> ConnectionState {
        self.connection.get_untracked()
    }

    /// Whether what the page shows is the server's word. A page of the service worker's may be of an older
    /// history than what is stored on this device.
    #[cfg(feature = "hydrate")]
    pub(crate) fn has_heard(&self) -> bool {
        let is_connected = matches!(
            self.connection(),
            ConnectionState::Up | ConnectionState::Polling
        );
        is_connected || !platform::is_kept_page()
    }

    /// Sets the state of the connection.
    pub fn set_connection(&self, connection: ConnectionState) {
        if self.connection() != connection {
            self.connection.set(connection);
        }
    }

    /// Sets whether the next changes are those of an absence.
    pub fn set_away(&self, away: bool) {
        self.away.set_value(away);
    }

    /// Sets why the last push failed; `None` if it succeeded.
    pub fn set_trouble(&self, trouble: Option<Error>) {
        if self.trouble.with_untracked(|before| *before != trouble) {
            self.trouble.set(trouble);
        }
    }

    /// Tells the person once that the page is older than the server.
    pub fn set_outdated(&self) {
        if !self.outdated.get_value() {
            self.outdated.set_value(true);
            self.notices.add(Notice::outdated(self.words));
        }
    }

    /// Returns the token of the view-only link: the session's own, if it is that of one.
    pub fn view_token(&self) -> String {
        self.view_token.get_value().unwrap_or_else(|| self.token())
    }

    /// Notes that the list is deleted, or that its link was replaced.
    pub fn set_gone(&self, is_replaced: bool) {
        self.replaced.set(is_replaced);
        self.gone.set(true);
    }

    /// Returns the list as the server would open it now.
    pub fn opened(&self) -> Opened {
        Opened {
            list: self.list.get_untracked(),
            access: self.access,
            view_token: self.view_token.get_value(),
            snapshot: self.records.snapshot(),
        }
    }

    /// Shows what was refused, with the typed text: one notice for each reason.
    pub fn report(&self, refused: Vec<Refused<Record>>) {
        for changes in refusals::by_reason(refused) {
            self.tell_refused(changes);
        }
    }

    /// Shows refused changes in a notice, which holds them until it is dismissed.
    pub fn tell_refused(&self, changes: RefusedChanges) {
        let mut notice = Notice::refused(self.words, Arc::new(changes));
        if self.gone.get_untracked() {
            // There is no list left to add it to.
            notice.offer = None;
        }
        self.notices.add(notice);
    }
}
