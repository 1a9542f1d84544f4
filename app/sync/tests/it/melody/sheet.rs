//! Two models in one channel: the enum over tones and their score.

use serde::{Deserialize, Serialize};
use sync::{Millis, Model, Patch, Position, Refusal, Version};
use uuid::Uuid;

use super::tone::{Tone, TonePatch};

/// The score: it comes with the channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Score {
    pub(crate) id: Uuid,
    pub(crate) title: String,
    pub(crate) version: Version,
}

/// Whatever stands on a sheet of music.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Sheet {
    Tone(Tone),
    Score(Score),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SheetPatch {
    Tone(TonePatch),
    Title(String),
}

impl Model for Sheet {
    type Patch = SheetPatch;

    const LIMIT: usize = Tone::LIMIT;

    const MAX_WEIGHT: usize = Tone::MAX_WEIGHT;

    const MAX_TOMBSTONES: usize = Tone::MAX_TOMBSTONES;

    const EVENT_PREFIXES: &'static [&'static str] = &["", "score:"];

    fn create(id: Uuid, draft: &SheetPatch, now: Millis) -> Result<Self, Refusal> {
        match draft {
            SheetPatch::Tone(draft) => Tone::create(id, draft, now).map(Self::Tone),
            SheetPatch::Title(title) => Ok(Self::Score(Score {
                id,
                title: title.clone(),
                version: 0,
            })),
        }
    }

    fn fields(&self) -> SheetPatch {
        match self {
            Self::Tone(tone) => SheetPatch::Tone(tone.fields()),
            Self::Score(score) => SheetPatch::Title(score.title.clone()),
        }
    }

    fn accepts(&self, patch: &SheetPatch) -> bool {
        matches!(
            (self, patch),
            (Self::Tone(_), SheetPatch::Tone(_)) | (Self::Score(_), SheetPatch::Title(_))
        )
    }

    fn apply(&mut self, patch: &SheetPatch) -> Result<(), Refusal> {
        match (self, patch) {
            (Self::Tone(tone), SheetPatch::Tone(patch)) => tone.apply(patch),
            (Self::Score(score), SheetPatch::Title(title)) => {
                score.title.clone_from(title);
                Ok(())
            }
            _ => Err(Refusal::Unsupported),
        }
    }

    fn id(&self) -> Uuid {
        match self {
            Self::Tone(tone) => tone.id,
            Self::Score(score) => score.id,
        }
    }

    fn version(&self) -> Version {
        match self {
            Self::Tone(tone) => tone.version,
            Self::Score(score) => score.version,
        }
    }

    fn position(&self) -> Option<&Position> {
        match self {
            Self::Tone(tone) => Some(&tone.position),
            Self::Score(_) => None,
        }
    }

    fn weight(&self) -> usize {
        match self {
            Self::Tone(tone) => tone.weight(),
            Self::Score(_) => 0,
        }
    }

    fn stamp(&mut self, version: Version, now: Millis) {
        match self {
            Self::Tone(tone) => tone.stamp(version, now),
            Self::Score(score) => score.version = version,
        }
    }

    fn set_version(&mut self, version: Version) {
        match self {
            Self::Tone(tone) => tone.version = version,
            Self::Score(score) => score.version = version,
        }
    }

    fn set_position(&mut self, position: Position) {
        if let Self::Tone(tone) = self {
            tone.position = position;
        }
    }

    fn event_prefix(&self) -> &'static str {
        match self {
            Self::Tone(_) => "",
            Self::Score(_) => "score:",
        }
    }

    fn from_event(prefix: &str, json: &str) -> Result<Self, serde_json::Error> {
        match prefix {
            "" => serde_json::from_str(json).map(Self::Tone),
            "score:" => serde_json::from_str(json).map(Self::Score),
            _ => Err(serde::de::Error::custom(format_args!(
                "unknown event prefix `{prefix}`"
            ))),
        }
    }
}

impl SheetPatch {
    fn blank() -> Self {
        Self::Tone(TonePatch::default())
    }
}

impl Patch for SheetPatch {
    fn is_blank(&self) -> bool {
        matches!(self, Self::Tone(patch) if patch.is_blank())
    }

    fn differing(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Tone(patch), Self::Tone(other)) => Self::Tone(patch.differing(other)),
            (Self::Title(title), Self::Title(other)) if title != other => self.clone(),
            _ => Self::blank(),
        }
    }

    fn without(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Tone(patch), Self::Tone(other)) => Self::Tone(patch.without(other)),
            (Self::Title(_), Self::Title(_)) => Self::blank(),
            _ => self.clone(),
        }
    }
}
