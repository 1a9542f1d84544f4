//! One entry of a list.

use serde::{Deserialize, Deserializer, Serialize};
use sync::{Millis, Model, Position, Refusal, Version, position_between};
use uuid::Uuid;

use super::{Longdesc, Shortdesc};

/// One entry of a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// Chosen by whoever made it: a UUIDv7.
    pub id: Uuid,
    /// What is to be done.
    pub shortdesc: Shortdesc,
    /// Notes.
    pub longdesc: Option<Longdesc>,
    /// Whether it is done.
    pub isdone: bool,
    /// Its place in the list.
    pub position: Position,
    /// The version of its last change.
    pub version: Version,
    /// When the server took it, in milliseconds since 1970.
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
}

/// Tells a field that is null from one that is absent.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl ItemPatch {
    /// A patch that sets the text.
    pub fn shortdesc(text: impl Into<String>) -> Self {
        Self {
            shortdesc: Some(text.into()),
            ..Self::default()
        }
    }

    /// A patch that ticks or unticks.
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

    fn create(id: Uuid, draft: &ItemPatch, now: Millis) -> Result<Self, Refusal> {
        let mut item = Self {
            id,
            shortdesc: Shortdesc::parse(draft.shortdesc.as_deref().unwrap_or_default())?,
            longdesc: None,
            isdone: false,
            position: position_between(None, None),
            version: 0,
            created_at: now,
            updated_at: now,
        };
        item.apply(draft)?;
        Ok(item)
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

    fn stamp(&mut self, version: Version, now: Millis) {
        self.version = version;
        self.updated_at = now;
    }

    fn set_position(&mut self, position: Position) {
        self.position = position;
    }
}
