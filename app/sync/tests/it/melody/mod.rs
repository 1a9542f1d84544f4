//! Two models that share a channel: tones, which have an order, and the one score they stand in,
//! which has none.

mod sheet;
mod tone;

use sync::{Authority, ClientId, Epoch, Mutation, Op, Place, Replica, Row, Seq};
use uuid::Uuid;

pub(crate) use self::{
    sheet::{Score, Sheet, SheetPatch},
    tone::{LYRIC_LIMIT, Tone, TonePatch},
};

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
        version: 1,
    });
    Authority::restore(
        1,
        0,
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
                seq: 0,
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

pub(crate) fn mutation(seq: Seq, op: Op<Sheet>) -> Mutation<Sheet> {
    Mutation { seq, op }
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
