//! Counts a list's items, and how many of them are done.

use leptos::prelude::*;

use crate::{Record, client::session::Session};

/// Counts a list's items, and how many of them are done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) all: usize,
    pub(crate) done: usize,
}

impl Tally {
    pub(crate) fn left(self) -> usize {
        self.all - self.done
    }
}

pub(crate) fn tally(session: Session) -> Memo<Tally> {
    Memo::new(move |_| {
        session.records().with_ordered(|records| {
            records
                .filter_map(Record::as_item)
                .filter(|item| !item.issection)
                .fold(Tally::default(), |tally, item| Tally {
                    all: tally.all + 1,
                    done: tally.done + usize::from(item.isdone),
                })
        })
    })
}
