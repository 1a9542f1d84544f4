//! Stores refused changes with typed text until the person dismisses their notice, since the page may
//! close before anyone reads it.

use std::{cell::RefCell, rc::Rc};

use leptos::{prelude::*, task::spawn_local};
use uuid::Uuid;

use super::records;
use crate::client::session::Session;

/// Stores the refused changes in the session's notices and shows the stored ones, until the current
/// reactive owner is disposed.
pub(super) fn start(session: Session) {
    let token = session.token();
    let stored = Rc::new(RefCell::new(Vec::<Uuid>::new()));
    let weak = Rc::downgrade(&stored);
    Effect::new(move |_| {
        let notices = session.notices().all();
        notices.with(|notices| {
            let with_text = notices.iter().filter(|notice| notice.draft.is_some());
            let open: Vec<_> = with_text.flat_map(|notice| &notice.refused).collect();
            let mut stored = stored.borrow_mut();
            stored.retain(|id| {
                let is_open = open.iter().any(|changes| changes.id == *id);
                if !is_open {
                    records::forget_refused(&token, *id);
                }
                is_open
            });
            for changes in open {
                // If the list is gone, typed text stays stored in the outbox.
                if !stored.contains(&changes.id) && !session.gone().get_untracked() {
                    stored.push(changes.id);
                    records::store_refused(&token, changes);
                }
            }
        });
    });
    // Every tab shows them until one dismisses them.
    let token = session.token();
    spawn_local(async move {
        for changes in records::refused(&token).await {
            if let Some(stored) = weak.upgrade() {
                stored.borrow_mut().push(changes.id);
                session.tell_refused(changes);
            }
        }
    });
}
