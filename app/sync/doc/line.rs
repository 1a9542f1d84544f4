// The model of the examples: a line of a shopping list.
use serde::{Deserialize, Serialize};
use sync::{Millis, Model, Position, Refusal, Version, impl_patch};
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    pub id: Uuid,
    pub text: String,
    pub position: Position,
    pub version: Version,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LinePatch {
    pub text: Option<String>,
}

impl_patch!(LinePatch { text });

impl Model for Line {
    type Patch = LinePatch;

    const LIMIT: usize = 1_000;

    fn create(id: Uuid, draft: &LinePatch, _now: Millis) -> Result<Self, Refusal> {
        let text = draft.text.clone().unwrap_or_default();
        let position = Position::default();
        Ok(Self { id, text, position, version: Version::ZERO })
    }

    fn fields(&self) -> LinePatch {
        LinePatch { text: Some(self.text.clone()) }
    }

    fn apply(&mut self, patch: &LinePatch) -> Result<(), Refusal> {
        if let Some(text) = &patch.text {
            self.text.clone_from(text);
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

    fn stamp(&mut self, version: Version, _now: Millis) {
        self.version = version;
    }

    fn set_version(&mut self, version: Version) {
        self.version = version;
    }

    fn set_position(&mut self, position: Position) {
        self.position = position;
    }
}

/// Adds a line at the end.
#[allow(dead_code, reason = "not every example makes one")]
pub fn add(n: u128, text: &str) -> sync::Op<Line> {
    let draft = LinePatch { text: Some(text.into()) };
    sync::Op::Create { id: Uuid::from_u128(n), draft, place: sync::Place::End }
}

/// Sets the text of a line.
#[allow(dead_code, reason = "not every example makes one")]
pub fn set(n: u128, text: &str) -> sync::Op<Line> {
    let patch = LinePatch { text: Some(text.into()) };
    sync::Op::Update { id: Uuid::from_u128(n), patch }
}
