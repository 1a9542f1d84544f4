//! One item of a list.

use serde::{Deserialize, Deserializer, Serialize};
use sync::{Millis, Model, Position, Refusal, Version, impl_patch, position_between};
use uuid::Uuid;

use super::{Date, Longdesc, Shortdesc, text::weight_of_text};

/// Largest frame of an item without its texts, in bytes.
const FRAME_WEIGHT: usize = 400;

/// One item of a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// A UUIDv7, chosen by the client that created the item.
    pub id: Uuid,
    /// What is to be done.
    pub shortdesc: Shortdesc,
    /// Notes.
    pub longdesc: Option<Longdesc>,
    /// Whether it is done.
    pub isdone: bool,
    /// The day by which it should be done.
    #[serde(default)]
    pub due: Option<Date>,
    /// Whether it is the heading of the items up to the next heading. Never changes; a heading is
    /// never done.
    #[serde(default)]
    pub issection: bool,
    /// Its place in the list.
    pub position: Position,
    /// The version of its last change.
    pub version: Version,
    /// When the server accepted it, in milliseconds since 1970.
    pub created_at: Millis,
    /// When it last changed, in milliseconds since 1970.
    pub updated_at: Millis,
}

/// The fields of an [`Item`] that people set. Absent ones stay as they are; other names are ignored.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ItemPatch {
    /// What is to be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shortdesc: Option<String>,
    /// Notes; `Some(None)`, in JSON null, removes them.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub longdesc: Option<Option<String>>,
    /// Whether it is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub isdone: Option<bool>,
    /// The day by which it should be done, as `2026-11-24`; `Some(None)`, in JSON null, removes it.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub due: Option<Option<String>>,
    /// Whether it is a heading. Only a new item can be made one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issection: Option<bool>,
}

impl_patch!(ItemPatch {
    shortdesc,
    longdesc,
    isdone,
    due,
    issection,
});

/// Deserializes null as `Some(None)`, so that it differs from an absent field.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl ItemPatch {
    /// Returns a patch that sets the text.
    pub fn shortdesc(text: impl Into<String>) -> Self {
        Self {
            shortdesc: Some(text.into()),
            ..Self::default()
        }
    }

    /// Returns the draft of a section's heading.
    pub fn section(text: impl Into<String>) -> Self {
        Self {
            issection: Some(true),
            ..Self::shortdesc(text)
        }
    }

    /// Returns a patch that sets the notes, or removes them if the text is blank.
    pub fn longdesc(text: impl Into<String>) -> Self {
        Self {
            longdesc: Some(Some(text.into())),
            ..Self::default()
        }
    }

    /// Returns a patch that sets or removes the due date.
    pub fn due(day: Option<String>) -> Self {
        Self {
            due: Some(day),
            ..Self::default()
        }
    }

    /// Returns a patch that ticks or unticks.
    pub fn isdone(isdone: bool) -> Self {
        Self {
            isdone: Some(isdone),
            ..Self::default()
        }
    }
}

impl Model for Item {
    type Patch = ItemPatch;

    const LIMIT: usize = 5_000;

    /// 8 MiB leave about 1,300 characters for each item of a full list.
    const MAX_WEIGHT: usize = 8 * 1024 * 1024;

    fn create(id: Uuid, draft: &ItemPatch, now: Millis) -> Result<Self, Refusal> {
        let mut item = Self {
            id,
            shortdesc: Shortdesc::parse(draft.shortdesc.as_deref().unwrap_or_default())?,
            longdesc: None,
            isdone: false,
            due: None,
            issection: draft.issection.unwrap_or_default(),
            position: position_between(None, None),
            version: Version::ZERO,
            created_at: now,
            updated_at: now,
        };
        item.apply(draft)?;
        Ok(item)
    }

    fn fields(&self) -> ItemPatch {
        ItemPatch {
            shortdesc: Some(self.shortdesc.to_string()),
            longdesc: Some(self.longdesc.as_deref().map(str::to_owned)),
            isdone: Some(self.isdone),
            due: Some(self.due.map(|due| due.to_string())),
            // It never changes.
            issection: None,
        }
    }

    fn apply(&mut self, patch: &ItemPatch) -> Result<(), Refusal> {
        let shortdesc = patch
            .shortdesc
            .as_deref()
            .map(Shortdesc::parse)
            .transpose()?;
        let longdesc = match &patch.longdesc {
            Some(Some(text)) => Some(Longdesc::parse(text)?),
            Some(None) => Some(None),
            None => None,
        };
        let due = match &patch.due {
            Some(Some(day)) => Some(Some(Date::parse(day)?)),
            Some(None) => Some(None),
            None => None,
        };
        let is_other_kind = patch.issection.is_some_and(|it| it != self.issection);
        if is_other_kind || (self.issection && patch.isdone == Some(true)) {
            return Err(Refusal::Unsupported);
        }
        if let Some(due) = due {
            self.due = due;
        }
        if let Some(shortdesc) = shortdesc {
            self.shortdesc = shortdesc;
        }
        if let Some(longdesc) = longdesc {
            self.longdesc = longdesc;
        }
        if let Some(isdone) = patch.isdone {
            self.isdone = isdone;
        }
        Ok(())
    }

    fn id(&self) -> Uuid {
        self.id
    }

    fn version(&self) -> Version {
        self.version
    }

    fn position(&self) -> Option<&Position> {
        Some(&self.position)
    }

    fn weight(&self) -> usize {
        let notes = self.longdesc.as_deref().map_or(0, weight_of_text);
        FRAME_WEIGHT + weight_of_text(&self.shortdesc) + notes
    }

    fn stamp(&mut self, version: Version, now: Millis) {
        let is_new = self.version == Version::ZERO;
        self.version = version;
        self.updated_at = if is_new {
            now
        } else {
            // By this it shows that it was changed, even if the clock stands.
            now.max(self.created_at.saturating_add(1))
        };
    }

    fn set_version(&mut self, version: Version) {
        self.version = version;
    }

    fn set_position(&mut self, position: Position) {
        self.position = position;
    }
}

#[cfg(test)]
mod tests {
    use sync::{Change, Event, pusher::event_frame};

    use super::*;

    fn frame(item: &Item) -> String {
        let change = Change {
            event: Event::Destroyed,
            row: item.clone(),
        };
        let row = serde_json::to_string(item).expect("a row is JSON");
        event_frame(&format!("list-{}", "x".repeat(24)), &change.name(), &row)
    }

    #[test]
    fn an_item_weighs_what_its_frame_has_in_bytes() {
        for text in [
            "milk",
            "\"quoted\" \\ and /",
            "a\tb\nc\r\u{8}\u{c}",
            "x\u{1}\u{1f}\u{7f}\u{9f}\u{2028}x",
            "ü€😀",
        ] {
            let draft = ItemPatch {
                longdesc: Some(Some(format!("{}.", text.repeat(1_000)))),
                due: Some(Some("2026-11-24".to_owned())),
                ..ItemPatch::shortdesc(text)
            };
            let mut item = Item::create(Uuid::max(), &draft, 9_999_999_999_999).expect("fine");
            item.set_position(Position::from_stored("z".repeat(32)));
            item.stamp(Version::MAX, 9_999_999_999_999);
            let (weight, bytes) = (item.weight(), frame(&item).len());
            assert!(
                (bytes..bytes + 100).contains(&weight),
                "{weight} for {bytes}: {text}"
            );
        }
    }
}
