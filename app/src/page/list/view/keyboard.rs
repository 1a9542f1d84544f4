//! Keyboard shortcuts while nothing is being typed. They act on the focused row.

use leptos::{
    ev::{self, KeyboardEvent},
    prelude::*,
};
use uuid::Uuid;

use super::{
    ListView,
    visible_rows::{Direction, VisibleRows},
};
use crate::{
    client::session::Session,
    page::{
        list::panels::{Panel, Panels},
        parts::{code, is_composing, key},
    },
    platform::{self, focus, rows},
};

/// Key that this device stores while single-key shortcuts are off.
const NO_LETTERS: &str = "tandem.no-letters";

/// The shortcuts, and whether single letters or signs are among them: people who speak to their
/// computer may not want that ([WCAG
/// 2.1.4](https://www.w3.org/WAI/WCAG22/Understanding/character-key-shortcuts)).
#[derive(Clone, Copy)]
pub(crate) struct Shortcuts {
    letters: RwSignal<bool>,
    panels: Panels,
}

impl Shortcuts {
    pub(crate) fn new(panels: Panels) -> Self {
        let keys = Self {
            letters: RwSignal::new(true),
            panels,
        };
        Effect::new(move |_| keys.letters.set(platform::stored(NO_LETTERS).is_none()));
        keys
    }

    pub(crate) fn letters(self) -> RwSignal<bool> {
        self.letters
    }

    pub(crate) fn set_letters(self, wanted: bool) {
        self.letters.set(wanted);
        platform::store(NO_LETTERS, (!wanted).then_some(""));
    }

    /// Listens until the calling component is disposed.
    pub(crate) fn listen(self, session: Session, view: ListView, visible: VisibleRows) {
        Effect::new(move |_| {
            let keys = window_event_listener(ev::keydown, move |event| {
                let is_letter = key(&event).chars().count() == 1 && !has_command(&event);
                if is_letter && !self.letters.get_untracked() {
                    return;
                }
                if press(session, view, visible, self, &event) {
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
    // Ctrl+Alt is AltGr on Windows, which types signs.
    if !has_command(event) || event.alt_key() {
        return None;
    }
    match (key.to_ascii_lowercase().as_str(), event.shift_key()) {
        ("z", false) => Some(Command::Undo),
        ("z", true) | ("y", false) => Some(Command::Redo),
        _ => None,
    }
}

/// Returns what a key means on any layout. On a Latin layout that is what it types; if it types
/// another letter, the Latin one printed on the same key. Backspace means Delete, since some
/// keyboards have no other.
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

/// Does what a key means. Returns whether it means anything.
fn press(
    session: Session,
    view: ListView,
    visible: VisibleRows,
    keys: Shortcuts,
    event: &KeyboardEvent,
) -> bool {
    if event.default_prevented() || is_composing(event) {
        return false;
    }
    let key = meaning(key(event), &code(event));
    let command = command(event, &key);
    // In a field with text, the keys belong to the field.
    if rows::is_typing(event) {
        return false;
    }
    if command.is_none() && rows::is_in_empty_field(event) {
        return key == "ArrowDown" && focus_beside(visible, None, Direction::Down);
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
            let direction = match key.as_str() {
                "ArrowDown" => Direction::Down,
                _ => Direction::Up,
            };
            visible.move_by_one(id, direction);
            true
        }
        _ if event.alt_key() => false,
        ("n", _) => focus::give_to_field(),
        ("?", _) => {
            keys.panels.open(Panel::Help);
            true
        }
        _ if !rows::are_shown() => false,
        ("ArrowDown" | "j", row) => focus_beside(visible, row, Direction::Down),
        ("ArrowUp" | "k", row) => focus_beside(visible, row, Direction::Up),
        ("/", _) => {
            view.open_search();
            true
        }
        // A held key would go through the whole list.
        ("x" | "e" | "Delete", Some(_)) if event.repeat() => true,
        ("x" | "e" | "Delete", Some(id)) => {
            let next = beside(visible, id);
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

/// Returns the row that gets the focus when this one is removed.
fn beside(visible: VisibleRows, id: Uuid) -> Option<Uuid> {
    visible
        .neighbour(id, Direction::Down)
        .or_else(|| visible.neighbour(id, Direction::Up))
}

/// Moves the focus to the row beside this one; without one, to the first or the last row.
fn focus_beside(visible: VisibleRows, row: Option<Uuid>, direction: Direction) -> bool {
    let other = match row {
        Some(id) => visible.neighbour(id, direction),
        None => visible.outermost(direction),
    };
    match other {
        Some(other) => {
            focus::give(other);
            true
        }
        // The field is above the first row.
        None => direction == Direction::Up && focus::give_to_field(),
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
            // Latin layouts mean what they type: German, French and Dvorak.
            ("y", "KeyZ", "y"),
            ("z", "KeyY", "z"),
            ("w", "KeyZ", "w"),
            (";", "KeyZ", ";"),
            ("ø", "Semicolon", "ø"),
            ("é", "Digit2", "é"),
            // These are not on letter keys.
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
