//! What is being typed in a row when the row goes.

use sync::Delta;

use super::Session;
use crate::{
    Item, ItemPatch, Record,
    client::notices::{Notice, Offer},
    words::shortened,
};

impl Session {
    /// When somebody deletes a row in which something is being typed, keeps that in a notice that offers
    /// to add it as a new item.
    ///
    /// `take` ends the typing in the row that is told, if there is some, and returns what was typed with
    /// the item that it makes. It is called as long as the reactive owner lives under which this is said.
    pub fn keep_typed(
        &self,
        take: impl Fn(&Item) -> Option<(String, ItemPatch)> + Send + Sync + 'static,
    ) {
        let (notices, words) = (self.notices, self.words);
        self.records.on_remote(move |_, delta| {
            if let Delta::Removed(Record::Item(item)) = delta
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
