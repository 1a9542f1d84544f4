//! Undo of an import, which was added by its own form.

use leptos::prelude::*;
use sync::Reversal;

use super::Session;
use crate::{ImportId, Item, Record, client::notices::Notice, words::count};

impl Session {
    /// Says how many items an import has added, once they are there, and offers to take it back.
    pub(crate) fn offer_undo_of(self, import: ImportId) {
        Effect::new(move |told: Option<bool>| {
            if told == Some(true) {
                return true;
            }
            let items: Vec<Item> = self.records.with_ordered(|records| {
                let items = records.filter_map(Record::as_item);
                items
                    .filter(|item| import.has_added(item))
                    .cloned()
                    .collect()
            });
            if items.is_empty() {
                return false;
            }
            let text = count(self.words.did_import, items.len());
            let ops = self
                .list
                .with_untracked(|list| import.take_back(list, &items));
            self.notices.add(if ops.is_empty() {
                Notice::info(text)
            } else {
                let reversal = Reversal::by(ops);
                self.history.update(|history| history.did(reversal));
                Notice::done(text)
            });
            true
        });
    }
}
