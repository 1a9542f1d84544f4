//! What the person should be told: short, and gone when they say so.

use leptos::prelude::*;
use sync::Refusal;

/// Something to tell the person.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// Tells notices apart.
    pub id: u32,
    /// What happened.
    pub text: String,
    /// What they had typed, if it would otherwise be lost.
    pub draft: Option<String>,
}

impl Notice {
    /// Something to know.
    pub fn info(text: impl Into<String>) -> Self {
        Self {
            id: 0,
            text: text.into(),
            draft: None,
        }
    }

    /// A change was not taken.
    pub fn refused(draft: Option<String>, reason: &Refusal) -> Self {
        Self {
            id: 0,
            text: format!("A change could not be saved. {reason}"),
            draft,
        }
    }
}

/// The notices on the page.
#[derive(Clone, Copy)]
pub struct Notices {
    all: RwSignal<Vec<Notice>>,
    next: StoredValue<u32>,
}

impl Default for Notices {
    fn default() -> Self {
        Self {
            all: RwSignal::new(Vec::new()),
            next: StoredValue::new(1),
        }
    }
}

impl Notices {
    /// Shows a notice; the same text is not shown twice.
    pub fn add(&self, notice: Notice) {
        let id = self.next.get_value();
        self.next.set_value(id + 1);
        self.all.update(|all| {
            all.retain(|old| old.text != notice.text || old.draft != notice.draft);
            all.push(Notice { id, ..notice });
        });
    }

    /// Takes a notice away.
    pub fn dismiss(&self, id: u32) {
        self.all.update(|all| all.retain(|notice| notice.id != id));
    }

    /// All that are shown.
    pub fn all(&self) -> ReadSignal<Vec<Notice>> {
        self.all.read_only()
    }
}
