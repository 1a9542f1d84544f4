//! One open list: its rows, what the person does to them, and how it stands with the server.

mod actions;
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
        refusals::{self, Refusals},
    },
    platform,
    words::{Words, words},
};

/// How it stands with the server, as a person may know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncState {
    /// Everything is saved, and others' changes arrive as they happen.
    Live,
    /// Everything is saved, and others' changes are asked for every few seconds, since no socket is
    /// to be had.
    Polling,
    /// Connecting, or reading what happened meanwhile.
    CatchingUp,
    /// The server cannot be reached. What is done here is kept and sent later.
    Offline,
    /// Connected, with changes that are not saved yet.
    Pending,
    /// The server is there and takes no changes, see [`Error::is_blocked`]. They are kept here.
    Blocked,
}

impl SyncState {
    /// The value of the body's `data-sync`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Live | Self::Polling => "live",
            Self::CatchingUp => "catching-up",
            Self::Offline => "offline",
            Self::Pending | Self::Blocked => "pending",
        }
    }
}

/// What the connection tells the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// Not connected yet, or reading what was missed.
    Joining,
    /// Frames arrive.
    Up,
    /// No frames arrive, but the server answers.
    Polling,
    /// Broken; it will be tried again.
    Down,
}

/// Called when there is something to send.
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
    link: RwSignal<Link>,
    /// Why the last push did not get through, if it may another time.
    trouble: RwSignal<Option<Error>>,
    /// What is shown may be old: others' changes have not been heard of for a while.
    away: StoredValue<bool>,
    gone: RwSignal<bool>,
    /// The person was told that the page is older than the server.
    outdated: StoredValue<bool>,
    notices: Notices,
    /// What was refused and had been typed, until the person has dismissed it.
    refusals: RwSignal<Vec<Refusals>>,
    history: RwSignal<History<Record>>,
    words: &'static Words,
    wake_up: StoredValue<Option<WakeUp>>,
}

impl Session {
    /// Returns the session of a list as the server opened it. By itself it sends and stores nothing.
    pub fn new(token: String, opened: Opened, notices: Notices) -> Self {
        let session = Self {
            token: StoredValue::new(token),
            list_id: opened.list.id,
            list: RwSignal::new(opened.list),
            access: opened.access,
            view_token: StoredValue::new(opened.view_token),
            records: Collection::new(ClientId(platform::new_id()), opened.snapshot),
            link: RwSignal::new(Link::Joining),
            trouble: RwSignal::new(None),
            away: StoredValue::new(false),
            gone: RwSignal::new(false),
            outdated: StoredValue::new(false),
            notices,
            refusals: RwSignal::new(Vec::new()),
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

    /// Sets what is called whenever there is something to send.
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

    /// Whether the link allows to change the list.
    pub fn may_write(&self) -> bool {
        self.access == Access::Write
    }

    /// The rows.
    pub fn records(&self) -> Collection<Record> {
        self.records
    }

    /// Whether it was heard that somebody has deleted the list.
    pub fn gone(&self) -> ReadSignal<bool> {
        self.gone.read_only()
    }

    /// Why changes do not get through, if that may pass.
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
            link,
            trouble,
            gone,
            ..
        } = *self;
        let is_blocked = move || trouble.with(|it| it.as_ref().is_some_and(Error::is_blocked));
        let is_unreachable = move || trouble.with(Option::is_some) && !is_blocked();
        let pending = self.records.pending();
        Memo::new(move |_| match link.get() {
            // A list that was deleted is kept in step with nothing.
            _ if gone.get() || is_unreachable() => SyncState::Offline,
            _ if pending.get() > 0 && is_blocked() => SyncState::Blocked,
            Link::Down => SyncState::Offline,
            Link::Joining => SyncState::CatchingUp,
            Link::Up | Link::Polling if pending.get() > 0 => SyncState::Pending,
            Link::Up => SyncState::Live,
            Link::Polling => SyncState::Polling,
        })
    }

    /// Whether the changes that come now are those of an absence.
    pub fn is_away(&self) -> bool {
        self.away.get_value()
    }

    /// Tells whoever sends that something is pending.
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

/// What the connection tells, and what is stored.
impl Session {
    /// How the connection stands.
    pub fn link(&self) -> Link {
        self.link.get_untracked()
    }

    /// Notes how the connection stands.
    pub fn set_link(&self, link: Link) {
        if self.link() != link {
            self.link.set(link);
        }
    }

    /// Notes whether the changes that come next are those of an absence.
    pub fn set_away(&self, away: bool) {
        self.away.set_value(away);
    }

    /// Notes why the last push did not get through; `None` if it did.
    pub fn set_trouble(&self, trouble: Option<Error>) {
        if self.trouble.with_untracked(|before| *before != trouble) {
            self.trouble.set(trouble);
        }
    }

    /// The server says what only a later version of this page understands.
    pub fn set_outdated(&self) {
        if !self.outdated.get_value() {
            self.outdated.set_value(true);
            self.notices.add(Notice::outdated(self.words));
        }
    }

    /// The deletion of the list was heard.
    pub fn set_gone(&self) {
        self.gone.set(true);
    }

    /// The list as it could be opened now.
    pub fn opened(&self) -> Opened {
        Opened {
            list: self.list.get_untracked(),
            access: self.access,
            view_token: self.view_token.get_value(),
            snapshot: self.records.snapshot(),
        }
    }

    /// Tells the person what was refused, with what was typed: once for each reason.
    pub fn report(&self, refused: Vec<Refused<Record>>) {
        for refusals in refusals::by_reason(refused) {
            self.tell_refused(refusals);
        }
    }

    /// Tells the person of it; what was typed stays among [`Session::refusals`] until it is dismissed.
    pub fn tell_refused(&self, refusals: Refusals) {
        let mut notice = Notice::refused(self.words, &refusals);
        if self.gone.get_untracked() {
            // There is nothing left to add it to.
            notice.offer = None;
        }
        if notice.draft.is_some() {
            self.refusals.update(|all| all.push(refusals));
        }
        self.notices.add(notice);
    }

    /// What was refused and had been typed, and what nobody has dismissed yet.
    pub fn refusals(&self) -> ReadSignal<Vec<Refusals>> {
        self.refusals.read_only()
    }

    /// The person has read the notice.
    pub fn dismiss(&self, notice: &Notice) {
        self.notices.dismiss(notice.id);
        if !notice.refused.is_empty() {
            self.refusals
                .update(|all| all.retain(|it| !notice.refused.contains(&it.id)));
        }
    }
}
