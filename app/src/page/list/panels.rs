//! The panels: dialogs on a list's page. Most visits open none, so their code is a part of its own,
//! which is loaded when the first one opens.

use std::{
    pin::pin,
    task::{Context, Poll, Waker},
};

use leptos::{
    ev::Event,
    prelude::*,
    task::spawn_local,
    wasm_split::{SplitLoaderError, wasm_split},
};
use uuid::Uuid;

use super::{
    entry::PastePreview,
    header::DeleteList,
    help::Help,
    row::DetailsPanel,
    tally::Tally,
    view::{Shortcuts, VisibleRows},
};
use crate::{
    client::{notices::Notice, session::Session},
    outline,
    page::parts::{Built, Later},
    platform::{self, rows},
};

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
}

/// The open panel, and those that open after it.
#[derive(Clone, Copy)]
pub(crate) struct Panels {
    session: Session,
    open: RwSignal<Option<Panel>>,
    next: StoredValue<Vec<Panel>>,
    is_loaded: RwSignal<bool>,
}

/// What panels know of the page.
#[derive(Clone, Copy)]
pub(crate) struct Around {
    pub(crate) session: Session,
    pub(crate) panels: Panels,
    pub(crate) visible: VisibleRows,
    pub(crate) keys: Shortcuts,
    pub(crate) tally: Memo<Tally>,
}

impl Panels {
    pub(crate) fn new(session: Session) -> Self {
        Self {
            session,
            open: RwSignal::new(None),
            next: StoredValue::default(),
            is_loaded: RwSignal::new(false),
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
            let loaded = load().await;
            end_busy();
            if loaded.is_ok() {
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
                Panel::Details(_) | Panel::Help | Panel::DeleteList => Notice::info(why),
            });
        }
    }
}

/// The place of the panels on the page.
#[component]
pub(crate) fn OpenPanel(around: Around) -> impl IntoView {
    let Panels {
        open, is_loaded, ..
    } = around.panels;
    move || {
        let panel = is_loaded.get().then(|| open.get()).flatten();
        let built = panel.map(|panel| now(build(panel, around)).and_then(Result::ok).flatten());
        if matches!(built, Some(None)) {
            around.panels.close();
        }
        Later(built.flatten())
    }
}

/// Returns a panel's view, or `None` if what it is about is gone.
#[wasm_split(panels, fallible, preload(load), wasm_split_path = leptos::wasm_split)]
fn build(panel: Panel, around: Around) -> Result<Option<Built>, SplitLoaderError> {
    let Around {
        session,
        panels,
        visible,
        keys,
        tally,
    } = around;
    Ok(match panel {
        Panel::Details(id) => session.records().row(id).map(|row| {
            Built::new(view! { <DetailsPanel session panels visible id row=row.into()/> })
        }),
        Panel::Paste(text) => {
            let outline = outline::read(&text);
            if outline.items.is_empty() {
                // Only rules and such: a text like any other.
                rows::type_into_field(&text);
                return Ok(None);
            }
            Some(Built::new(view! { <PastePreview session panels outline/> }))
        }
        Panel::Help => Some(Built::new(view! { <Help session panels keys/> })),
        Panel::DeleteList => Some(Built::new(view! { <DeleteList session panels tally/> })),
    })
}

/// Returns what a function of a loaded part returns.
fn now<T>(call: impl Future<Output = T>) -> Option<T> {
    match pin!(call).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}
