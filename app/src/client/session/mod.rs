//! One open list: its rows, what the person does to them, and how it stands with the server.

mod actions;

use leptos::prelude::*;
use sync::{ClientId, History, Op, Refusal, Refused};
use uuid::Uuid;

use crate::{
    Access, Error, List, Opened, Record,
    client::{
        collection::Collection,
        connection::{self, Live},
        notices::{Notice, Notices},
        storage::{self, Keeper, Refusals},
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
#[cfg_attr(
    not(feature = "hydrate"),
    expect(dead_code, reason = "only the browser connects")
)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Link {
    /// Not connected yet, or reading what was missed.
    Joining,
    /// Frames arrive.
    Up,
    /// No frames arrive, but the server answers.
    Polling,
    /// Broken; it will be tried again.
    Down,
}

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
    history: RwSignal<History<Record>>,
    words: &'static Words,
    live: StoredValue<Option<Live>, connection::Storage>,
    keeper: StoredValue<Option<Keeper>, connection::Storage>,
}

impl Session {
    /// The session of a list as the server opened it. It rests until [`Session::start`].
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
            history: RwSignal::new(History::default()),
            words: words(),
            live: StoredValue::new_with_storage(None),
            keeper: StoredValue::new_with_storage(None),
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

    /// Connects, and keeps what is done. Only in the browser.
    pub fn start(&self) {
        if platform::is_kept_page() {
            self.away.set_value(true);
        }
        self.live.set_value(Some(Live::start(*self)));
        self.keeper.set_value(Some(Keeper::start(*self)));
    }

    /// The page turns to something else.
    pub fn leave(&self) {
        self.live.with_value(|live| {
            if let Some(live) = live {
                live.leave();
            }
        });
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
    pub(crate) fn trouble(&self) -> ReadSignal<Option<Error>> {
        self.trouble.read_only()
    }

    /// What the page says.
    pub(crate) fn words(&self) -> &'static Words {
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

    /// Sends what is pending.
    pub(crate) fn flush(&self) {
        self.live.with_value(|live| {
            if let Some(live) = live {
                live.flush();
            }
        });
    }

    fn note_destroyed_list(&self, delta: &sync::Delta<Record>) {
        if matches!(delta, sync::Delta::Removed(Record::List(_))) {
            self.gone.set(true);
        }
    }
}

/// What the connection tells, and what is kept.
#[cfg_attr(
    not(feature = "hydrate"),
    expect(dead_code, reason = "only the browser connects")
)]
impl Session {
    pub(crate) fn link(&self) -> Link {
        self.link.get_untracked()
    }

    pub(crate) fn set_link(&self, link: Link) {
        if self.link() != link {
            self.link.set(link);
        }
    }

    pub(crate) fn set_away(&self, away: bool) {
        self.away.set_value(away);
    }

    pub(crate) fn set_trouble(&self, trouble: Option<Error>) {
        if self.trouble.with_untracked(|before| *before != trouble) {
            self.trouble.set(trouble);
        }
    }

    /// The server says what only a later version of this page understands.
    pub(crate) fn set_outdated(&self) {
        if !self.outdated.get_value() {
            self.outdated.set_value(true);
            self.notices.add(Notice::outdated(self.words));
        }
    }

    /// The deletion of the list was heard.
    pub(crate) fn set_gone(&self) {
        self.gone.set(true);
    }

    /// The list as it could be opened now.
    pub(crate) fn opened(&self) -> Opened {
        Opened {
            list: self.list.get_untracked(),
            access: self.access,
            view_token: self.view_token.get_value(),
            snapshot: self.records.snapshot(),
        }
    }

    /// Tells the person what was refused, with what was typed: once for each reason.
    pub(crate) fn report(&self, refused: Vec<Refused<Record>>) {
        let mut by_reason: Vec<(Refusal, Vec<Op<Record>>)> = Vec::new();
        for Refused { mutation, reason } in refused {
            match by_reason.iter_mut().find(|(known, _)| *known == reason) {
                Some((_, ops)) => ops.push(mutation.op),
                None => by_reason.push((reason, vec![mutation.op])),
            }
        }
        for (reason, ops) in by_reason {
            let id = platform::new_id();
            let refusals = Refusals { id, reason, ops };
            if self.tell_refused(&refusals) && !self.gone.get_untracked() {
                storage::keep_refused(&self.token(), &refusals);
            }
        }
    }

    /// Tells of it; answers whether anything was typed.
    pub(crate) fn tell_refused(&self, refusals: &Refusals) -> bool {
        let mut notice = Notice::refused(self.words, refusals);
        if self.gone.get_untracked() {
            // There is nothing left to add it to.
            notice.offer = None;
        }
        let is_typed = notice.draft.is_some();
        self.notices.add(notice);
        is_typed
    }

    /// The person has heard of it.
    pub(crate) fn dismiss(&self, notice: &Notice) {
        self.notices.dismiss(notice.id);
        for id in &notice.refused {
            storage::forget_refused(&self.token(), *id);
        }
    }
}
