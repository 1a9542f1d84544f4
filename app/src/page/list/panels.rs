//! The panels: dialogs on a list's page, one at a time. Whoever opens one knows this alone, and not what
//! is in it.

use std::pin::Pin;

use leptos::{ev::Event, prelude::*, task::spawn_local};
use uuid::Uuid;

use crate::{
    client::{
        notices::{Notice, Offer},
        session::Session,
    },
    platform::{self, rows},
};

/// Loads the code of the panels. Returns whether it is there.
type Load = fn() -> Pin<Box<dyn Future<Output = bool>>>;

/// A panel, and what it is about.
#[derive(Clone, Debug)]
pub(crate) enum Panel {
    /// The details of a row.
    Details(Uuid),
    /// What a pasted text would add.
    Paste(String),
    /// Which keys do what.
    Help,
    /// Whether to delete the list.
    DeleteList,
    /// The links of the list.
    Share,
}

/// The open panel, and those that open after it.
#[derive(Clone, Copy)]
pub(crate) struct Panels {
    session: Session,
    pub(super) open: RwSignal<Option<Panel>>,
    next: StoredValue<Vec<Panel>>,
    /// Whether the code of the panels has been loaded.
    pub(super) is_loaded: RwSignal<bool>,
    load: Load,
}

impl Panels {
    /// Returns the panels of a list's page. None is open.
    pub(crate) fn new(session: Session, load: Load) -> Self {
        Self {
            session,
            open: RwSignal::new(None),
            next: StoredValue::default(),
            is_loaded: RwSignal::new(false),
            load,
        }
    }

    /// Opens a panel, now or when the open one is closed. If its code cannot be loaded, a notice says so.
    pub(crate) fn open(self, panel: Panel) {
        if self.open.with_untracked(Option::is_some) {
            self.next.update_value(|next| next.push(panel));
            return;
        }
        self.open.set(Some(panel));
        if self.is_loaded.get_untracked() {
            return;
        }
        let end_busy = platform::mark_busy();
        let words = self.session.words();
        self.session
            .notices()
            .add(Notice::announced(words.part_loading));
        spawn_local(async move {
            let is_loaded = (self.load)().await;
            end_busy();
            if is_loaded {
                let _ = self.is_loaded.try_set(true);
            } else {
                self.give_up();
            }
        });
    }

    /// Closes the open panel.
    pub(crate) fn close(self) {
        let next = self.next.try_update_value(|next| {
            let is_any = !next.is_empty();
            is_any.then(|| next.remove(0))
        });
        let _ = self.open.try_set(next.flatten());
    }

    /// Closes the preview of what was pasted, and forgets those that wait.
    pub(crate) fn close_paste(self) {
        let is_paste = |panel: &Panel| matches!(panel, Panel::Paste(_));
        let _ = self
            .next
            .try_update_value(|next| next.retain(|panel| !is_paste(panel)));
        let open = self
            .open
            .try_with_untracked(|open| open.as_ref().is_some_and(is_paste));
        if open == Some(true) {
            self.close();
        }
    }

    /// Closes the open panel if the event says that its dialog was closed.
    pub(crate) fn on_close(self, event: &Event) {
        if rows::is_closed(event) {
            self.close();
        }
    }

    /// Says that no panel can be shown, and keeps what was pasted.
    fn give_up(self) {
        let why = self.session.words().part_not_loaded;
        let next = self.next.try_update_value(std::mem::take);
        let open = self.open.try_update(Option::take).flatten();
        for panel in open.into_iter().chain(next.unwrap_or_default()) {
            self.session.notices().add(match panel {
                Panel::Paste(text) => Notice::keeping(why, text),
                // The server may have a newer build, without the part that belongs to this page.
                _ => Notice::offering(why, Offer::Reload),
            });
        }
    }
}
