//! Stores refused changes with typed text until the person dismisses them, since the page may close
//! before anyone reads them.

use std::{cell::RefCell, collections::HashSet, rc::Rc};

use leptos::{prelude::*, task::spawn_local};

use super::records;
use crate::client::session::Session;

/// Stores the session's refusals and shows the stored ones, until the current reactive owner is
/// disposed.
pub(super) fn start(session: Session) {
    let token = session.token();
    let stored = Rc::new(RefCell::new(HashSet::new()));
    let weak = Rc::downgrade(&stored);
    Effect::new(move |_| {
        let open = session.refusals().get();
        let mut stored = stored.borrow_mut();
        stored.retain(|id| {
            let is_open = open.iter().any(|refusals| refusals.id == *id);
            if !is_open {
                records::forget_refused(&token, *id);
            }
            is_open
        });
        // If the list is gone, typed text stays stored in the outbox.
        if !session.gone().get_untracked() {
            for refusals in &open {
                if stored.insert(refusals.id) {
                    records::store_refused(&token, refusals);
                }
            }
        }
    });
    // Every tab shows them until one dismisses them.
    let token = session.token();
    spawn_local(async move {
        for refusals in records::refused(&token).await {
            if let Some(stored) = weak.upgrade() {
                stored.borrow_mut().insert(refusals.id);
                session.tell_refused(refusals);
            }
        }
    });
}
