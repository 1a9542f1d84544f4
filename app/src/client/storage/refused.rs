//! Stores what was refused and had been typed, until the person has dismissed it: the page may go
//! before anybody has read it.

use std::{cell::RefCell, collections::HashSet, rc::Rc};

use leptos::{prelude::*, task::spawn_local};

use super::records;
use crate::client::session::Session;

/// Stores the session's refusals and tells those that are stored, as long as the reactive owner lives
/// under which this is called.
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
        // When the list is gone, what was typed for it stays among what was not sent.
        if !session.gone().get_untracked() {
            for refusals in &open {
                if stored.insert(refusals.id) {
                    records::keep_refused(&token, refusals);
                }
            }
        }
    });
    // Each tab that is opened until somebody dismisses it tells of it.
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
