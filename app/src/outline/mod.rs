//! Lists as text: the one parser of what people paste and import, and the one writer of what they
//! export. Order, ticks, notes, sections and dates survive a round trip.
//!
//! Parsing is linear in the length of the text. It stops when the list is full or an entry's notes
//! are too long; the caller then refuses the whole.

mod due;
#[cfg(feature = "ssr")]
mod format;
#[cfg(feature = "ssr")]
mod json;
mod marks;
mod read;
#[cfg(test)]
mod tests;
#[cfg(feature = "ssr")]
mod write;

#[cfg(feature = "ssr")]
pub use format::Format;
pub use read::{read, read_line};

use crate::{Item, ItemPatch, lines};

/// Whether a text has several lines that are not blank.
pub(crate) fn has_lines(text: &str) -> bool {
    let mut lines = lines(text).filter(|line| !line.trim().is_empty());
    lines.nth(1).is_some()
}

/// What people know of a list: its title and entries.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "ssr", derive(serde::Serialize, serde::Deserialize))]
pub struct Outline {
    /// The list's title, if the text has one.
    #[cfg_attr(feature = "ssr", serde(default))]
    pub title: Option<String>,
    /// Its entries, in order: at most one more than a list holds.
    #[cfg_attr(feature = "ssr", serde(deserialize_with = "json::read_entries"))]
    pub items: Vec<Entry>,
}

/// One entry: an item, or the heading of a section. The fields are those of [`Item`].
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "ssr", derive(serde::Serialize, serde::Deserialize))]
#[expect(missing_docs, reason = "the fields of Item")]
pub struct Entry {
    pub shortdesc: String,
    #[cfg_attr(feature = "ssr", serde(default))]
    pub longdesc: Option<String>,
    #[cfg_attr(feature = "ssr", serde(default))]
    pub isdone: bool,
    #[cfg_attr(feature = "ssr", serde(default))]
    pub due: Option<String>,
    #[cfg_attr(feature = "ssr", serde(default))]
    pub issection: bool,
}

impl From<&Item> for Entry {
    fn from(item: &Item) -> Self {
        Self {
            shortdesc: item.shortdesc.to_string(),
            longdesc: item.longdesc.as_ref().map(|notes| notes.to_string()),
            isdone: item.isdone,
            due: item.due.map(|due| due.to_string()),
            issection: item.issection,
        }
    }
}

impl From<Entry> for ItemPatch {
    fn from(entry: Entry) -> Self {
        Self {
            shortdesc: Some(entry.shortdesc),
            longdesc: entry.longdesc.map(Some),
            isdone: entry.isdone.then_some(true),
            due: entry.due.map(Some),
            issection: entry.issection.then_some(true),
        }
    }
}
