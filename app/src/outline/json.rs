//! The JSON format.

use std::fmt;

use serde::{
    Deserializer,
    de::{IgnoredAny, SeqAccess, Visitor},
};
use sync::Model as _;

use super::{Entry, Outline};
use crate::Item;

pub(super) fn write(outline: &Outline) -> String {
    let mut json = serde_json::to_string_pretty(outline).unwrap_or_default();
    json.push('\n');
    json
}

pub(super) fn write_line(outline: &Outline) -> String {
    serde_json::to_string(outline).unwrap_or_default()
}

/// Whether a text is meant as JSON: a checkbox begins with a bracket, too.
pub(super) fn is_json(text: &str) -> bool {
    text.trim_start().starts_with(['{', '[']) && serde_json::from_str::<IgnoredAny>(text).is_ok()
}

/// A list, or only its items, as the REST interface returns them.
pub(super) fn read(text: &str) -> Option<Outline> {
    if text.trim_start().starts_with('{') {
        return serde_json::from_str(text).ok();
    }
    let mut json = serde_json::Deserializer::from_str(text);
    let items = read_entries(&mut json).ok()?;
    Some(Outline { title: None, items })
}

/// Parses at most one entry more than a list holds, and skips the rest.
pub(super) fn read_entries<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<Entry>, D::Error> {
    struct Entries;

    impl<'de> Visitor<'de> for Entries {
        type Value = Vec<Entry>;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("a list of items")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<Entry>, A::Error> {
            let mut entries = Vec::new();
            while entries.len() <= Item::LIMIT {
                match seq.next_element()? {
                    Some(entry) => entries.push(entry),
                    None => return Ok(entries),
                }
            }
            while seq.next_element::<IgnoredAny>()?.is_some() {}
            Ok(entries)
        }
    }

    deserializer.deserialize_seq(Entries)
}
