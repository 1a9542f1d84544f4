//! Keeps what is being typed in a row that leaves the list.

use super::Session;
use crate::{
    Item, ItemPatch, Record,
    client::notices::{Notice, Offer},
    words::shortened,
};

impl Session {
    /// When a row is deleted, here or elsewhere, in which text is being typed, shows the text in a notice that
    /// offers to add it as a new item.
    ///
    /// `take` ends the typing in the deleted row, if there is any, and returns the typed text and
    /// the item to add. It is called until the current reactive owner is disposed.
    pub fn keep_typed(
        &self,
        take: impl Fn(&Item) -> Option<(String, ItemPatch)> + Send + Sync + 'static,
    ) {
        let (notices, words) = (self.notices, self.words);
        self.records.on_removed(move |row| {
            if let Record::Item(item) = row
                && let Some((typed, anew)) = take(item)
            {
                let told = words.edited_deleted.title(&shortened(&item.shortdesc));
                notices.add(Notice {
                    offer: Some(Offer::Add(vec![anew])),
                    ..Notice::keeping(told, typed)
                });
            }
        });
    }
}
