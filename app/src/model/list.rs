//! The list itself.

use serde::{Deserialize, Serialize};
use sync::{Millis, Model, Position, Refusal, Version, impl_patch};
use uuid::Uuid;

use super::Title;

/// The list itself, as its channel knows it. Its tokens are secrets and not part of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct List {
    /// Never shown to people; they know the list by its token.
    pub id: Uuid,
    /// What it is called.
    pub title: Title,
    /// The version of the last change of the list itself.
    pub version: Version,
    /// When it was created, in milliseconds since 1970.
    pub created_at: Millis,
    /// When the list itself last changed, in milliseconds since 1970.
    pub updated_at: Millis,
}

/// The fields of a [`List`] that people set. Absent ones stay as they are; other names are ignored.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ListPatch {
    /// What it is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

impl_patch!(ListPatch { title });

impl List {
    /// Title of a list that was created without one.
    pub const DEFAULT_TITLE: &str = "Todos";
}

impl Model for List {
    type Patch = ListPatch;

    const LIMIT: usize = 0;

    /// A mutation cannot create a list: the list is what its channel is about.
    fn create(_: Uuid, _: &ListPatch, _: Millis) -> Result<Self, Refusal> {
        Err(Refusal::Unsupported)
    }

    fn fields(&self) -> ListPatch {
        ListPatch {
            title: Some(self.title.to_string()),
        }
    }

    fn apply(&mut self, patch: &ListPatch) -> Result<(), Refusal> {
        if let Some(title) = &patch.title {
            self.title = Title::parse(title)?;
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
        None
    }

    fn stamp(&mut self, version: Version, now: Millis) {
        self.version = version;
        self.updated_at = now;
    }

    fn set_version(&mut self, version: Version) {
        self.version = version;
    }

    fn set_position(&mut self, _: Position) {}

    fn event_prefix(&self) -> &'static str {
        "list:"
    }
}
