//! What an operation must do, said once more and plainly: the order is a list of ids, and fields are
//! compared one by one. Only where a deleted row stood is read from its key.

use std::{collections::BTreeMap, iter::Peekable, num::NonZeroUsize};

use sync::{Change, Event, Model as _, Op, Place, Position, Refusal, Row, Version};
use uuid::Uuid;

use crate::melody::{LYRIC_LIMIT, SCORE, Sheet, SheetPatch, TonePatch};

pub(super) type Rows = BTreeMap<Uuid, Row<Sheet>>;

/// What became of a mutation.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Decision {
    /// It is in the store, as the change with this version.
    Applied(Version),
    /// It changed nothing, and takes no version.
    Nothing,
    Refused(Refusal),
}

/// What a row says: its lyric and pitch, or its title and 0; and whether it is deleted.
type Content = (String, u32, bool);

/// Checks what the authority made of a mutation: its refusal, or the next of the changes that it told.
/// Applies it to the rows.
pub(super) fn check(
    rows: &mut Rows,
    op: &Op<Sheet>,
    refused: Option<&Refusal>,
    changes: &mut Peekable<impl Iterator<Item = Change<Sheet>>>,
    head: &mut Version,
) -> Decision {
    let id = op.id();
    let expected = expected(rows, op);
    assert_eq!(expected.as_ref().err(), refused, "{op:?} is refused or not");
    let (content, order) = match expected {
        Err(refusal) => return Decision::Refused(refusal),
        Ok(None) => return Decision::Nothing,
        Ok(Some(expected)) => expected,
    };
    let change = changes.next().expect("what has an effect makes a change");
    *head = head.next();
    assert_eq!(change.version(), *head, "it takes the next version");
    let event = match (rows.get(&id), content.2) {
        (None, _) => Event::Created,
        (Some(_), false) => Event::Updated,
        (Some(_), true) => Event::Destroyed,
    };
    assert_eq!((change.event, change.row.id()), (event, id), "{op:?}");
    let before = rows.get(&id).and_then(|row| row.model.position()).cloned();
    rows.insert(id, Row::from(change));
    assert_eq!(content_of(&rows[&id]), content, "{op:?}");
    assert_eq!(order_of(rows), order, "{op:?}");
    if !matches!(op, Op::Create { .. } | Op::Move { .. } | Op::Restore { .. }) {
        assert_eq!(rows[&id].model.position(), before.as_ref(), "{op:?}");
    }
    let version = *head;
    while let Some(change) = changes.next_if(|change| is_respaced(rows, id, change)) {
        *head = head.next();
        assert_eq!(change.version(), *head, "it takes the next version");
        rows.insert(change.row.id(), Row::from(change));
        assert_eq!(order_of(rows), order, "shorter keys change no order");
    }
    Decision::Applied(version)
}

/// Whether a change only gives another key to a row, since that of the row `changed` is too long.
fn is_respaced(rows: &Rows, changed: Uuid, change: &Change<Sheet>) -> bool {
    let key = rows[&changed].model.position();
    let row = Row::from(change.clone());
    key.is_some_and(|key| key.as_str().len() > 32)
        && rows.get(&change.row.id()).is_some_and(|before| {
            content_of(before) == content_of(&row)
                && before.model.position() != row.model.position()
        })
}

/// What the row is afterwards, and the order of all that live; nothing if it changes nothing.
fn expected(rows: &Rows, op: &Op<Sheet>) -> Result<Option<(Content, Vec<Uuid>)>, Refusal> {
    let id = op.id();
    let order = order_of(rows);
    let row = rows.get(&id).map(content_of);
    let as_it_is = |content: Content| {
        let is_deleted = content.2;
        let live = order.iter().copied();
        let live = live.filter(|it| !is_deleted || *it != id).collect();
        Ok(Some((content, live)))
    };
    match op {
        Op::Create { draft, place, .. } => {
            if row.is_some() {
                return Ok(None);
            }
            let SheetPatch::Tone(draft) = draft else {
                return Err(Refusal::Unsupported);
            };
            let lyric = sung(draft.lyric.as_deref().unwrap_or_default())?;
            expect_room(&order)?;
            let content = (lyric, draft.pitch.unwrap_or(60), false);
            Ok(Some((content, put(rows, &order, id, *place))))
        }
        Op::Update { patch, .. } => {
            let before = live(row)?;
            let after = patched(&before, patch)?;
            if after == before {
                return Ok(None);
            }
            as_it_is(after)
        }
        Op::Destroy { .. } => match row.ok_or(Refusal::NotFound)? {
            (_, _, true) => Ok(None),
            (text, pitch, false) => as_it_is((text, pitch, true)),
        },
        Op::Revert { from, to, .. } => {
            let (text, pitch, is_deleted) = row.ok_or(Refusal::NotFound)?;
            let (from_text, from_pitch) = fields(from);
            let is_text_ours = from_text.is_none_or(|from| from == text);
            let is_pitch_ours = from_pitch.is_none_or(|from| from == pitch);
            let Some(to) = to else {
                return match (is_deleted, is_text_ours && is_pitch_ours) {
                    (true, _) => Ok(None),
                    (false, true) => as_it_is((text, pitch, true)),
                    (false, false) => Err(Refusal::Overtaken),
                };
            };
            let (to_text, to_pitch) = fields(to);
            let to_text = to_text.filter(|_| is_text_ours);
            let to_pitch = to_pitch.filter(|_| is_pitch_ours);
            match (is_deleted, &to_text, to_pitch) {
                (true, _, _) => Err(Refusal::Destroyed),
                (false, None, None) => Err(Refusal::Overtaken),
                (false, _, _) => {
                    let before = (text.clone(), pitch, false);
                    let after = (to_text.unwrap_or(text), to_pitch.unwrap_or(pitch), false);
                    if after == before {
                        return Ok(None);
                    }
                    as_it_is(after)
                }
            }
        }
        Op::Restore { .. } => {
            let (text, pitch, is_deleted) = row.ok_or(Refusal::NotFound)?;
            if !is_deleted {
                return Ok(None);
            }
            let place = rows[&id].model.position().ok_or(Refusal::Unsupported)?;
            expect_room(&order)?;
            let mut after = order.clone();
            after.insert(behind(rows, &order, place), id);
            Ok(Some(((text, pitch, false), after)))
        }
        Op::Move { place, .. } => {
            let content = live(row)?;
            if id == SCORE {
                return Err(Refusal::Unsupported);
            }
            let after = match *place {
                Place::After(neighbour) if neighbour == id => order.clone(),
                place => put(rows, &order, id, place),
            };
            if after == order {
                return Ok(None);
            }
            Ok(Some((content, after)))
        }
    }
}

fn live(content: Option<Content>) -> Result<Content, Refusal> {
    match content {
        None => Err(Refusal::NotFound),
        Some((_, _, true)) => Err(Refusal::Destroyed),
        Some(content) => Ok(content),
    }
}

fn patched((text, pitch, _): &Content, patch: &SheetPatch) -> Result<Content, Refusal> {
    let (text, pitch) = (text.clone(), *pitch);
    Ok(match patch {
        SheetPatch::Title(title) => (title.clone(), 0, false),
        SheetPatch::Tone(TonePatch { lyric, pitch: set }) => {
            let lyric = lyric.as_deref().map(sung).transpose()?;
            (lyric.unwrap_or(text), set.unwrap_or(pitch), false)
        }
    })
}

fn fields(patch: &SheetPatch) -> (Option<String>, Option<u32>) {
    match patch {
        SheetPatch::Title(title) => (Some(title.clone()), None),
        SheetPatch::Tone(tone) => (tone.lyric.clone(), tone.pitch),
    }
}

fn sung(lyric: &str) -> Result<String, Refusal> {
    let field = "lyric".to_owned();
    let lyric = lyric.trim();
    match lyric.chars().count() {
        0 => Err(Refusal::Blank { field }),
        1..=LYRIC_LIMIT => Ok(lyric.to_owned()),
        length => Err(Refusal::TooLong {
            field,
            limit: LYRIC_LIMIT,
            length: NonZeroUsize::new(length),
        }),
    }
}

fn expect_room(order: &[Uuid]) -> Result<(), Refusal> {
    match order.len() {
        0..12 => Ok(()),
        _ => Err(Refusal::Full { limit: 12 }),
    }
}

pub(super) fn content_of(row: &Row<Sheet>) -> Content {
    match &row.model {
        Sheet::Tone(tone) => (tone.lyric.clone(), tone.pitch, row.destroyed),
        Sheet::Score(score) => (score.title.clone(), 0, row.destroyed),
    }
}

/// The tones that live, in their order.
pub(super) fn order_of(rows: &Rows) -> Vec<Uuid> {
    let live = rows.values().filter(|row| !row.destroyed);
    let mut live: Vec<_> = live
        .filter_map(|row| Some((row.model.position()?, row.model.id())))
        .collect();
    live.sort();
    live.into_iter().map(|(_, id)| id).collect()
}

/// The order with a row at this place, wherever it was before.
fn put(rows: &Rows, order: &[Uuid], id: Uuid, place: Place) -> Vec<Uuid> {
    let mut order: Vec<_> = order.iter().copied().filter(|it| *it != id).collect();
    let at = match place {
        Place::Start => 0,
        Place::End => order.len(),
        Place::After(neighbour) => match order.iter().position(|it| *it == neighbour) {
            Some(at) => at + 1,
            None => match rows.get(&neighbour).and_then(|row| row.model.position()) {
                Some(deleted) => behind(rows, &order, deleted),
                None => order.len(),
            },
        },
    };
    order.insert(at, id);
    order
}

/// Returns the index in the order of a row that stood at `place`, behind the row that is there now.
fn behind(rows: &Rows, order: &[Uuid], place: &Position) -> usize {
    let position = |id: &Uuid| rows[id].model.position();
    order
        .iter()
        .filter(|id| position(id).is_some_and(|position| position <= place))
        .count()
}
