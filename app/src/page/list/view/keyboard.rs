//! What the keys do while nothing is being typed. The row that has the focus is the one they mean.

use leptos::{
    ev::{self, KeyboardEvent},
    prelude::*,
};
use uuid::Uuid;

use super::{View, visible_rows::Shown};
use crate::{
    client::session::Session,
    page::parts::is_composing,
    platform::{
        self, focus,
        rows::{self, Press},
    },
};

/// The key that this device stores if single-key shortcuts are off.
const NO_LETTERS: &str = "tandem.no-letters";

/// Whether keys that are single letters or signs do something: who speaks to their computer may not
/// want that ([WCAG 2.1.4](https://www.w3.org/WAI/WCAG22/Understanding/character-key-shortcuts)).
#[derive(Clone, Copy)]
pub(crate) struct Keys {
    letters: RwSignal<bool>,
    help: RwSignal<bool>,
}

impl Keys {
    pub(crate) fn new() -> Self {
        let keys = Self {
            letters: RwSignal::new(true),
            help: RwSignal::new(false),
        };
        Effect::new(move |_| keys.letters.set(platform::stored(NO_LETTERS).is_none()));
        keys
    }

    pub(crate) fn letters(self) -> RwSignal<bool> {
        self.letters
    }

    /// Whether the help is open. Tracked.
    pub(crate) fn is_help_open(self) -> bool {
        self.help.get()
    }

    pub(crate) fn open_help(self) {
        self.help.set(true);
    }

    pub(crate) fn close_help(self) {
        let _ = self.help.try_set(false);
    }

    pub(crate) fn set_letters(self, wanted: bool) {
        self.letters.set(wanted);
        platform::store(NO_LETTERS, (!wanted).then_some(""));
    }

    /// Listens as long as the component lives that calls it.
    pub(crate) fn listen(self, session: Session, view: View, shown: Shown) {
        Effect::new(move |_| {
            let keys = window_event_listener(ev::keydown, move |event| {
                let is_letter = event.key().chars().count() == 1 && !has_command(&event);
                if is_letter && !self.letters.get_untracked() {
                    return;
                }
                if press(session, view, shown, self, &event) {
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

/// What a key does together with Ctrl or ⌘.
#[derive(Clone, Copy)]
enum Command {
    Undo,
    Redo,
}

fn command(event: &KeyboardEvent, key: &str) -> Option<Command> {
    // With Alt it is AltGr on Windows, by which signs are typed.
    if !has_command(event) || event.alt_key() {
        return None;
    }
    match (key.to_ascii_lowercase().as_str(), event.shift_key()) {
        ("z", false) => Some(Command::Undo),
        ("z", true) | ("y", false) => Some(Command::Redo),
        _ => None,
    }
}

/// What a key means, whatever the layout: where it types a letter that is not Latin, the Latin one that
/// is printed on the same key. What it types on a Latin layout, it means. Keyboards whose only key for
/// deleting is Backspace mean Delete by it.
fn meaning(key: String, code: &str) -> String {
    let is_latin = |letter: char| letter < '\u{250}' || ('\u{1e00}'..'\u{1f00}').contains(&letter);
    let mut letters = key.chars();
    let is_foreign = match (letters.next(), letters.next()) {
        (Some(letter), None) => !is_latin(letter),
        _ => false,
    };
    match code.strip_prefix("Key") {
        Some(latin) if is_foreign => latin.to_ascii_lowercase(),
        _ if key == "Backspace" => "Delete".to_owned(),
        _ => key,
    }
}

/// Does what the key means; answers whether it means anything.
fn press(session: Session, view: View, shown: Shown, keys: Keys, event: &KeyboardEvent) -> bool {
    if event.default_prevented() || is_composing(event) {
        return false;
    }
    let key = meaning(event.key(), &event.code());
    let command = command(event, &key);
    match rows::press(event) {
        // Where something was typed, the keys are the field's.
        Press::Typing => return false,
        Press::EmptyField if command.is_some() => {}
        Press::EmptyField => return key == "ArrowDown" && focus_beside(shown, None, true),
        Press::Elsewhere => {}
    }
    match command {
        Some(Command::Undo) => session.undo(),
        Some(Command::Redo) => session.redo(),
        None => {}
    }
    if has_command(event) {
        return command.is_some();
    }
    let row = focus::row();
    match (key.as_str(), row) {
        ("ArrowDown" | "ArrowUp", Some(id)) if event.alt_key() => {
            shown.move_by_one(id, key == "ArrowDown");
            true
        }
        _ if event.alt_key() => false,
        ("n", _) => focus::give_to_field(),
        ("?", _) => {
            keys.open_help();
            true
        }
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

#[cfg(test)]
mod tests {
    use super::meaning;

    #[test]
    fn a_key_means_the_same_on_every_layout() {
        for (key, code, expected) in [
            ("z", "KeyZ", "z"),
            ("Z", "KeyZ", "Z"),
            // Russian, Greek, Hebrew, Arabic, Korean.
            ("я", "KeyZ", "z"),
            ("Я", "KeyZ", "z"),
            ("н", "KeyY", "y"),
            ("ζ", "KeyZ", "z"),
            ("ס", "KeyX", "x"),
            ("ث", "KeyE", "e"),
            ("ㅜ", "KeyN", "n"),
            // What a Latin layout types is meant: German, French and Dvorak.
            ("y", "KeyZ", "y"),
            ("z", "KeyY", "z"),
            ("w", "KeyZ", "w"),
            (";", "KeyZ", ";"),
            ("ø", "Semicolon", "ø"),
            ("é", "Digit2", "é"),
            // No letter key has these.
            ("э", "Quote", "э"),
            ("?", "Slash", "?"),
            ("ArrowDown", "ArrowDown", "ArrowDown"),
            ("Dead", "KeyZ", "Dead"),
            ("Delete", "Delete", "Delete"),
            ("Backspace", "Backspace", "Delete"),
        ] {
            assert_eq!(meaning(key.to_owned(), code), expected, "{key} {code}");
        }
    }
}
