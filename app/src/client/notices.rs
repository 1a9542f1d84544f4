//! Notices: short messages to the person, with what can be done about them.

use std::{sync::Arc, time::Duration};

use leptos::prelude::*;
use sync::Refusal;

use crate::{
    ItemPatch,
    client::{
        refusals::RefusedChanges,
        typed::{as_new_item, typed_text},
    },
    platform,
    words::{Gap, Words},
};

/// How long a passing notice stays on the screen.
const PASSING_NOTICE_DURATION: Duration = Duration::from_secs(8);

/// What a notice offers to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Offer {
    /// Undo it.
    Undo,
    /// Redo what was undone.
    Redo,
    /// Reload the page.
    Reload,
    /// Share the list.
    Share,
    /// Add these as new items.
    Add(Vec<ItemPatch>),
}

/// Something to tell the person.
#[derive(Clone, Debug)]
pub struct Notice {
    /// Tells notices apart.
    pub id: u32,
    /// What happened.
    pub text: String,
    /// What they had typed, if it would otherwise be lost.
    pub draft: Option<String>,
    /// What the person can do about it.
    pub offer: Option<Offer>,
    /// Only announced by screen readers, since everyone else sees what happened.
    pub is_announced_only: bool,
    /// Disappears after a while.
    pub passes: bool,
    /// The refused changes that it is about.
    pub(crate) refused: Vec<Arc<RefusedChanges>>,
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

    /// Returns a notice that stays until it is dismissed.
    pub fn warning(text: impl Into<String>) -> Self {
        Self {
            passes: false,
            ..Self::info(text)
        }
    }

    /// Returns a notice with an offer.
    pub fn offering(text: impl Into<String>, offer: Offer) -> Self {
        Self {
            offer: Some(offer),
            ..Self::info(text)
        }
    }

    /// Returns the notice that this page is older than the server, with the offer to reload.
    pub(crate) fn outdated(words: &Words) -> Self {
        Self {
            offer: Some(Offer::Reload),
            ..Self::warning(words.outdated)
        }
    }

    /// Returns a notice of something that the person did and can undo.
    pub fn done(text: impl Into<String>) -> Self {
        Self::offering(text, Offer::Undo)
    }

    /// Returns a notice of something that the person did and sees, for screen readers alone.
    pub fn announced(text: impl Into<String>) -> Self {
        Self {
            is_announced_only: true,
            ..Self::info(text)
        }
    }

    /// Returns a notice that holds a text which would otherwise be lost.
    pub fn keeping(text: impl Into<String>, draft: impl Into<String>) -> Self {
        Self {
            draft: Some(draft.into()),
            ..Self::warning(text)
        }
    }

    /// Returns the notice of changes refused for one reason. It offers to add typed items again.
    pub(crate) fn refused(words: &Words, changes: Arc<RefusedChanges>) -> Self {
        let RefusedChanges { reason, ops, .. } = &*changes;
        if *reason == Refusal::Overtaken {
            // Nothing was typed, so there is nothing to save.
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
            refused: vec![changes],
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
    /// Shows a notice, in place of an equal one and of all passing ones: a refusal may be about the
    /// very change that a passing notice reports.
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

    /// Removes the notice after a while, but not while it has the pointer or the focus.
    fn pass(self, id: u32) {
        set_timeout(
            move || {
                if platform::is_attended(".notice") {
                    self.pass(id);
                } else {
                    self.dismiss(id);
                }
            },
            PASSING_NOTICE_DURATION,
        );
    }

    /// Removes a notice.
    pub fn dismiss(&self, id: u32) {
        let _ = self
            .all
            .try_update(|all| all.retain(|notice| notice.id != id));
    }

    /// Returns all notices on the page.
    pub fn all(&self) -> ReadSignal<Vec<Notice>> {
        self.all.read_only()
    }
}
