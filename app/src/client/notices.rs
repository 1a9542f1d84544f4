//! What the person should be told: short, and gone when they say so.

use std::time::Duration;

use leptos::prelude::*;
use sync::Refusal;
use uuid::Uuid;

use crate::{
    ItemPatch,
    client::{
        refusals::Refusals,
        typed::{as_new_item, typed_text},
    },
    platform,
    words::{Gap, Words},
};

/// For so long one can read what need not be kept.
const PASSING: Duration = Duration::from_secs(8);

/// What a notice offers to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Offer {
    /// Take it back.
    Undo,
    /// Do again what was taken back.
    Redo,
    /// Load the page anew.
    Reload,
    /// Add these as new items.
    Add(Vec<ItemPatch>),
}

/// Something to tell the person.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// Tells notices apart.
    pub id: u32,
    /// What happened.
    pub text: String,
    /// What they had typed, if it would otherwise be lost.
    pub draft: Option<String>,
    /// What can be done about it.
    pub offer: Option<Offer>,
    /// Only announced to screen readers: everybody else sees what happened.
    pub is_announced_only: bool,
    /// Goes by itself after a while.
    pub passes: bool,
    /// The refusals that it tells of, which are kept until it is dismissed.
    pub(crate) refused: Vec<Uuid>,
}

impl Notice {
    /// Something to know.
    pub fn info(text: impl Into<String>) -> Self {
        Self {
            id: 0,
            text: text.into(),
            draft: None,
            offer: None,
            is_announced_only: false,
            passes: true,
            refused: Vec::new(),
        }
    }

    /// Something to know, which stays until it is dismissed.
    pub fn warning(text: impl Into<String>) -> Self {
        Self {
            passes: false,
            ..Self::info(text)
        }
    }

    /// Something that can be answered.
    pub fn offering(text: impl Into<String>, offer: Offer) -> Self {
        Self {
            offer: Some(offer),
            ..Self::info(text)
        }
    }

    /// The server speaks of what only a later version of this page understands.
    pub(crate) fn outdated(words: &Words) -> Self {
        Self {
            offer: Some(Offer::Reload),
            ..Self::warning(words.outdated)
        }
    }

    /// Something that the person did, and can take back.
    pub fn done(text: impl Into<String>) -> Self {
        Self::offering(text, Offer::Undo)
    }

    /// Something that the person did and sees: only screen readers announce it.
    pub fn announced(text: impl Into<String>) -> Self {
        Self {
            is_announced_only: true,
            ..Self::info(text)
        }
    }

    /// What would otherwise be lost, and why.
    pub fn keeping(text: impl Into<String>, draft: impl Into<String>) -> Self {
        Self {
            draft: Some(draft.into()),
            ..Self::warning(text)
        }
    }

    /// Changes were not taken, for one reason. Items whose text was typed can be added anew.
    pub(crate) fn refused(words: &Words, Refusals { id, reason, ops }: &Refusals) -> Self {
        if *reason == Refusal::Overtaken {
            // Nothing was typed, and nothing is to be done.
            return Self::info(words.overtaken);
        }
        let typed: Vec<_> = ops.iter().filter_map(typed_text).collect();
        let anew: Vec<_> = ops.iter().filter_map(as_new_item).collect();
        let why = words.refusal(reason);
        let text = match ops.len() {
            1 => words.not_saved.text(&why),
            many => words
                .not_saved_many
                .fill(&[Gap::Count(many), Gap::Text(&why)]),
        };
        Self {
            draft: (!typed.is_empty()).then(|| typed.join("\n")),
            offer: (!anew.is_empty()).then_some(Offer::Add(anew)),
            refused: vec![*id],
            ..Self::warning(text)
        }
    }
}

/// The notices on the page.
#[derive(Clone, Copy)]
pub struct Notices {
    all: RwSignal<Vec<Notice>>,
    announced: RwSignal<Option<String>>,
    next: StoredValue<u32>,
}

impl Default for Notices {
    fn default() -> Self {
        Self {
            all: RwSignal::new(Vec::new()),
            announced: RwSignal::new(None),
            next: StoredValue::new(1),
        }
    }
}

impl Notices {
    /// Shows a notice; the same text is not shown twice. One that passes by itself makes room for
    /// whatever comes next: a refusal may be about the very change that it speaks of.
    pub fn add(&self, mut notice: Notice) {
        let id = self.next.get_value();
        self.next.set_value(id + 1);
        let passes = notice.passes;
        self.all.update(|all| {
            all.retain_mut(|old| {
                let is_same = old.text == notice.text && old.draft == notice.draft;
                if is_same {
                    notice.refused.append(&mut old.refused);
                }
                !old.passes && !is_same
            });
            if notice.is_announced_only {
                self.announced.set(Some(notice.text));
            } else {
                all.push(Notice { id, ..notice });
            }
        });
        if passes {
            self.pass(id);
        }
    }

    /// The last text for screen readers alone.
    pub(crate) fn announced(&self) -> ReadSignal<Option<String>> {
        self.announced.read_only()
    }

    /// Takes the notice away after a while, but not from under somebody's pointer or focus.
    fn pass(self, id: u32) {
        set_timeout(
            move || {
                if platform::is_attended(".notice") {
                    self.pass(id);
                } else {
                    self.dismiss(id);
                }
            },
            PASSING,
        );
    }

    /// Takes a notice away.
    pub fn dismiss(&self, id: u32) {
        let _ = self
            .all
            .try_update(|all| all.retain(|notice| notice.id != id));
    }

    /// All that are shown.
    pub fn all(&self) -> ReadSignal<Vec<Notice>> {
        self.all.read_only()
    }
}
