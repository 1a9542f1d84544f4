//! Two models that share a channel: tones, which have an order, and the one score they stand in,
//! which has none.

use std::num::NonZeroUsize;

use serde::{Deserialize, Serialize};
use sync::{
    Authority, ClientId, Epoch, Millis, Model, Mutation, Op, Patch, Place, Position, Refusal,
    Replica, Row, impl_patch,
};
pub(crate) use sync::{Seq, Version};
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
            version: Version::ZERO,
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
                version: Version::ZERO,
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

impl_patch!(TonePatch { lyric, pitch });

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

/// The id of the score of every sheet.
pub(crate) const SCORE: Uuid = id(1_000_000);

/// A readable id.
pub(crate) const fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

/// A readable epoch.
pub(crate) fn epoch(n: u128) -> Epoch {
    Epoch(id(n))
}

/// A readable client.
pub(crate) fn client(n: u128) -> ClientId {
    ClientId(id(n))
}

/// A channel as it comes into the world: the score alone, at version 1.
pub(crate) fn sheet() -> Authority<Sheet> {
    let score = Sheet::Score(Score {
        id: SCORE,
        title: "Untitled".into(),
        version: Version(1),
    });
    Authority::restore(
        Version(1),
        Version::ZERO,
        [Row {
            model: score,
            destroyed: false,
        }],
        [],
    )
}

/// A channel with these tones, 1, 2, 3 …, from version 2 on.
pub(crate) fn sheet_with(lyrics: &[&str]) -> Authority<Sheet> {
    let mut authority = sheet();
    for (n, lyric) in (1..).zip(lyrics) {
        authority.take(
            None,
            &[Mutation {
                seq: Seq::ZERO,
                op: create(n, lyric),
            }],
            0,
        );
    }
    authority
}

/// A replica that has just opened the channel.
pub(crate) fn open(authority: &Authority<Sheet>, n: u128) -> Replica<Sheet> {
    Replica::new(client(n), authority.snapshot())
}

pub(crate) fn create(n: u128, lyric: &str) -> Op<Sheet> {
    create_at(n, lyric, Place::End)
}

pub(crate) fn create_at(n: u128, lyric: &str, place: Place) -> Op<Sheet> {
    let draft = SheetPatch::Tone(TonePatch {
        lyric: Some(lyric.into()),
        pitch: None,
    });
    Op::Create {
        id: id(n),
        draft,
        place,
    }
}

pub(crate) fn sing(n: u128, lyric: &str) -> Op<Sheet> {
    Op::Update {
        id: id(n),
        patch: SheetPatch::Tone(TonePatch {
            lyric: Some(lyric.into()),
            pitch: None,
        }),
    }
}

pub(crate) fn tune(n: u128, pitch: u32) -> Op<Sheet> {
    Op::Update {
        id: id(n),
        patch: SheetPatch::Tone(TonePatch {
            lyric: None,
            pitch: Some(pitch),
        }),
    }
}

pub(crate) fn destroy(n: u128) -> Op<Sheet> {
    Op::Destroy { id: id(n) }
}

pub(crate) fn restore(n: u128) -> Op<Sheet> {
    Op::Restore { id: id(n) }
}

pub(crate) fn move_to(n: u128, place: Place) -> Op<Sheet> {
    Op::Move { id: id(n), place }
}

pub(crate) fn title(title: &str) -> Op<Sheet> {
    Op::Update {
        id: SCORE,
        patch: SheetPatch::Title(title.into()),
    }
}

pub(crate) fn mutation(seq: u64, op: Op<Sheet>) -> Mutation<Sheet> {
    Mutation { seq: Seq(seq), op }
}

/// The lyrics in order, as one text.
pub(crate) fn lyrics<'a>(rows: impl Iterator<Item = &'a Sheet>) -> String {
    rows.map(lyric).collect::<Vec<_>>().join(" ")
}

/// A row's lyric or title.
pub(crate) fn lyric(row: &Sheet) -> &str {
    match row {
        Sheet::Tone(tone) => &tone.lyric,
        Sheet::Score(score) => &score.title,
    }
}
