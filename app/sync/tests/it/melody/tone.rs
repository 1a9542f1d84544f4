//! A model with an order: a tone.

use std::num::NonZeroUsize;

use serde::{Deserialize, Serialize};
use sync::{Millis, Model, Position, Refusal, Version, impl_patch};
use uuid::Uuid;

/// The most characters of a lyric.
pub(crate) const LYRIC_LIMIT: usize = 40;

/// One tone of the melody, and what is sung on it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Tone {
    pub(crate) id: Uuid,
    pub(crate) lyric: String,
    pub(crate) pitch: u32,
    pub(crate) position: Position,
    pub(crate) version: Version,
    pub(crate) made_at: Millis,
    pub(crate) changed_at: Millis,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct TonePatch {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) lyric: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) pitch: Option<u32>,
}

impl Model for Tone {
    type Patch = TonePatch;

    const LIMIT: usize = 12;

    const MAX_WEIGHT: usize = 240;

    const MAX_TOMBSTONES: usize = 30;

    fn create(id: Uuid, draft: &TonePatch, now: Millis) -> Result<Self, Refusal> {
        let mut tone = Self {
            id,
            lyric: String::new(),
            pitch: 60,
            position: Position::default(),
            version: 0,
            made_at: now,
            changed_at: now,
        };
        tone.apply(&TonePatch {
            lyric: Some(draft.lyric.clone().unwrap_or_default()),
            ..draft.clone()
        })?;
        Ok(tone)
    }

    fn fields(&self) -> TonePatch {
        TonePatch {
            lyric: Some(self.lyric.clone()),
            pitch: Some(self.pitch),
        }
    }

    fn apply(&mut self, patch: &TonePatch) -> Result<(), Refusal> {
        if let Some(lyric) = &patch.lyric {
            self.lyric = parse_lyric(lyric)?;
        }
        self.pitch = patch.pitch.unwrap_or(self.pitch);
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
        self.lyric.len()
    }

    fn stamp(&mut self, version: Version, now: Millis) {
        self.version = version;
        self.changed_at = now;
    }

    fn set_version(&mut self, version: Version) {
        self.version = version;
    }

    fn set_position(&mut self, position: Position) {
        self.position = position;
    }
}

fn parse_lyric(text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Refusal::Blank {
            field: "lyric".into(),
        });
    }
    let length = text.chars().count();
    if length > LYRIC_LIMIT {
        return Err(Refusal::TooLong {
            field: "lyric".into(),
            limit: LYRIC_LIMIT,
            length: NonZeroUsize::new(length),
        });
    }
    Ok(text.to_owned())
}

impl_patch!(TonePatch { lyric, pitch });
