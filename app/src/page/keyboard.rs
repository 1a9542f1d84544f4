//! What the keys do while nothing is being typed. The row that has the focus is the one they mean.

use leptos::{
    ev::{self, KeyboardEvent},
    prelude::*,
};
use uuid::Uuid;

use super::{is_composing, shown::Shown, view::View};
use crate::{
    platform::{
        self, focus,
        rows::{self, Press},
    },
    session::Session,
};

/// Whether keys that are single letters or signs do something: who speaks to their computer may not
/// want that ([WCAG 2.1.4](https://www.w3.org/WAI/WCAG22/Understanding/character-key-shortcuts)).
#[derive(Clone, Copy)]
pub(super) struct Keys(RwSignal<bool>);

impl Keys {
    pub(super) fn new() -> Self {
        let keys = Self(RwSignal::new(true));
        Effect::new(move |_| keys.0.set(platform::wants_letters()));
        keys
    }

    pub(super) fn letters(self) -> RwSignal<bool> {
        self.0
    }

    pub(super) fn set_letters(self, wanted: bool) {
        self.0.set(wanted);
        platform::want_letters(wanted);
    }

    /// Listens as long as the component lives that calls it.
    pub(super) fn listen(self, session: Session, view: View, shown: Shown) {
        Effect::new(move |_| {
            let keys = window_event_listener(ev::keydown, move |event| {
                let is_letter = event.key().chars().count() == 1 && !has_command(&event);
                if is_letter && !self.0.get_untracked() {
                    return;
                }
                if press(session, view, shown, &event) {
                    event.prevent_default();
                }
            });
            on_cleanup(move || keys.remove());
        });
    }
}

fn has_command(event: &KeyboardEvent) -> bool {
    event.ctrl_key() || event.meta_key()
}

/// Does what the key means; answers whether it means anything.
fn press(session: Session, view: View, shown: Shown, event: &KeyboardEvent) -> bool {
    if event.default_prevented() || is_composing(event) {
        return false;
    }
    let key = event.key();
    let has_command = has_command(event);
    let is_undo = has_command && !event.alt_key() && key.eq_ignore_ascii_case("z");
    match rows::press(event) {
        // Where something was typed, the keys are the field's.
        Press::Typing => return false,
        Press::EmptyField if is_undo => {}
        Press::EmptyField => return key == "ArrowDown" && focus_beside(shown, None, true),
        Press::Elsewhere => {}
    }
    if is_undo {
        match event.shift_key() {
            true => session.redo(),
            false => session.undo(),
        }
        return true;
    }
    if has_command {
        return has_command && !event.shift_key() && key == "y" && {
            session.redo();
            true
        };
    }
    let row = focus::row();
    match (key.as_str(), row) {
        ("ArrowDown" | "ArrowUp", Some(id)) if event.alt_key() => {
            shown.move_by_one(id, key == "ArrowDown");
            true
        }
        _ if event.alt_key() => false,
        ("n", _) => focus::give_to_field(),
        ("?", _) => rows::show_help(),
        _ if !rows::are_shown() => false,
        ("ArrowDown" | "j", row) => focus_beside(shown, row, true),
        ("ArrowUp" | "k", row) => focus_beside(shown, row, false),
        ("/", _) => {
            view.query.update(|query| _ = query.get_or_insert_default());
            focus::give_to_search();
            true
        }
        // A key that is held would go through the list.
        ("x" | "e" | "Delete", Some(_)) if event.repeat() => true,
        ("x" | "e" | "Delete", Some(id)) => {
            let next = beside(shown, id);
            rows::click(id, &key);
            if key == "Delete"
                && let Some(next) = next
            {
                focus::give(next);
            }
            true
        }
        _ => false,
    }
}

/// The row that has the focus when this one is gone.
fn beside(shown: Shown, id: Uuid) -> Option<Uuid> {
    shown
        .neighbour(id, true)
        .or_else(|| shown.neighbour(id, false))
}

/// From no row, down is the first and up the last one.
fn focus_beside(shown: Shown, row: Option<Uuid>, down: bool) -> bool {
    let other = match row {
        Some(id) => shown.neighbour(id, down),
        None => shown.outermost(down),
    };
    match other {
        Some(other) => {
            focus::give(other);
            true
        }
        // Above the first row is the field.
        None => !down && focus::give_to_field(),
    }
}
