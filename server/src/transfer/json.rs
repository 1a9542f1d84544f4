//! The format for programs.

use super::{Entry, Outline};

pub(super) fn write(outline: &Outline) -> String {
    let mut json = serde_json::to_string_pretty(outline).unwrap_or_default();
    json.push('\n');
    json
}

/// Whether a text is meant as JSON. A box to tick begins with a bracket, too.
pub(super) fn is_json(text: &str) -> bool {
    serde_json::from_str::<serde_json::Value>(text)
        .is_ok_and(|value| value.is_object() || value.is_array())
}

/// A list, or just its items: that is what the HTTP interface answers.
pub(super) fn read(text: &str) -> Option<Outline> {
    let items = |text| serde_json::from_str::<Vec<Entry>>(text).ok();
    serde_json::from_str(text)
        .ok()
        .or_else(|| items(text).map(|items| Outline { title: None, items }))
}
