//! What an operation does to a row: the rule by which the authority decides and a replica predicts.

use uuid::Uuid;

use crate::table::{Slot, Table, weight};
use crate::{Millis, Model, Op, Patch, Place, Position, Refusal, Row, Unit, position_between};

/// Returns the row as the operation leaves it, not stamped yet; `None` if the operation changes nothing.
///
/// # Errors
/// Returns a refusal if the operation is not possible.
pub(crate) fn decide<M: Model>(
    table: &Table<M>,
    op: &Op<M>,
    now: Millis,
) -> Result<Option<Row<M>>, Refusal> {
    let row = outcome(table, op, now)?;
    if let Some(row) = &row {
        expect_space(table, table.get(op.id()), row)?;
    }
    Ok(row)
}

fn outcome<M: Model>(table: &Table<M>, op: &Op<M>, now: Millis) -> Result<Option<Row<M>>, Refusal> {
    let id = op.id();
    if let Some(row) = table.get(id) {
        expect_supported(op, &row.model)?;
    }
    match (op, table.get(id)) {
        (Op::Create { .. }, Some(_)) => Ok(None),
        (Op::Create { draft, place, .. }, None) => create(table, id, draft, *place, now).map(Some),
        (_, None) => Err(Refusal::NotFound),
        (Op::Update { patch, .. }, Some(row)) => update(live(row)?, patch),
        (Op::Destroy { .. } | Op::Revert { to: None, .. }, Some(row)) if row.destroyed => Ok(None),
        (Op::Destroy { .. }, Some(row)) => Ok(Some(Row {
            destroyed: true,
            ..row.clone()
        })),
        (Op::Revert { from, to, .. }, Some(row)) => revert(live(row)?, from, to.as_ref()),
        (Op::Restore { .. }, Some(row)) if !row.destroyed => Ok(None),
        (Op::Restore { .. }, Some(row)) => restore(table, &row.model).map(Some),
        (Op::Move { place, .. }, Some(row)) => relocate(table, live(row)?, *place),
    }
}

/// Refuses what is not possible on such a row, live or deleted: patches of another kind, and creating,
/// restoring or moving a row that comes with the channel.
fn expect_supported<M: Model>(op: &Op<M>, row: &M) -> Result<(), Refusal> {
    let is_supported = match op {
        Op::Create { draft, .. } => row.position().is_some() && row.accepts(draft),
        Op::Update { patch, .. } => row.accepts(patch),
        Op::Destroy { .. } => true,
        Op::Revert { from, to, .. } => {
            row.accepts(from)
                && match to {
                    Some(to) => row.accepts(to),
                    None => row.position().is_some(),
                }
        }
        Op::Restore { .. } | Op::Move { .. } => row.position().is_some(),
    };
    is_supported.then_some(()).ok_or(Refusal::Unsupported)
}

fn create<M: Model>(
    table: &Table<M>,
    id: Uuid,
    draft: &M::Patch,
    place: Place,
    now: Millis,
) -> Result<Row<M>, Refusal> {
    let mut model = M::create(id, draft, now)?;
    model.position().ok_or(Refusal::Unsupported)?;
    expect_room(table)?;
    model.set_position(position_in(table.slot(place, id)));
    Ok(Row {
        model,
        destroyed: false,
    })
}

fn update<M: Model>(before: &M, patch: &M::Patch) -> Result<Option<Row<M>>, Refusal> {
    let mut model = before.clone();
    model.apply(patch)?;
    Ok((model != *before).then_some(Row {
        model,
        destroyed: false,
    }))
}

/// Only fields in `from` can be found unchanged. Other fields are left alone, and a row is not deleted if
/// `from` has none of its fields: any row would fit that.
fn revert<M: Model>(
    before: &M,
    from: &M::Patch,
    to: Option<&M::Patch>,
) -> Result<Option<Row<M>>, Refusal> {
    let fields = before.fields();
    let changed_since = fields.differing(from);
    let unnamed = fields.without(from);
    match to.map(|to| to.without(&unnamed)) {
        None if unnamed == fields => Err(Refusal::Unsupported),
        None if changed_since.is_blank() => Ok(Some(Row {
            model: before.clone(),
            destroyed: true,
        })),
        None => Err(Refusal::Overtaken),
        Some(named) if named.is_blank() => Err(Refusal::Unsupported),
        Some(named) => match named.without(&changed_since) {
            left if left.is_blank() => Err(Refusal::Overtaken),
            left => update(before, &left),
        },
    }
}

fn restore<M: Model>(table: &Table<M>, tombstone: &M) -> Result<Row<M>, Refusal> {
    let position = tombstone.position().ok_or(Refusal::Unsupported)?;
    expect_room(table)?;
    let mut model = tombstone.clone();
    // Live rows never share a position, since there would be no room between them.
    if let Some(slot) = table.slot_behind_occupant(position) {
        model.set_position(position_in(slot));
    }
    Ok(Row {
        model,
        destroyed: false,
    })
}

fn relocate<M: Model>(
    table: &Table<M>,
    before: &M,
    place: Place,
) -> Result<Option<Row<M>>, Refusal> {
    let position = before.position().ok_or(Refusal::Unsupported)?;
    let slot = table.slot(place, before.id());
    if place == Place::After(before.id()) || slot.follower == table.follower(position, before.id())
    {
        return Ok(None);
    }
    let mut model = before.clone();
    model.set_position(position_in(slot));
    Ok(Some(Row {
        model,
        destroyed: false,
    }))
}

fn live<M: Model>(row: &Row<M>) -> Result<&M, Refusal> {
    row.live().ok_or(Refusal::Destroyed)
}

fn expect_room<M: Model>(table: &Table<M>) -> Result<(), Refusal> {
    if table.ordered_len() < M::LIMIT {
        Ok(())
    } else {
        Err(Refusal::Full { limit: M::LIMIT })
    }
}

/// Refuses what makes the channel too heavy. In a channel that already is, rows can still be moved,
/// deleted and made lighter.
fn expect_space<M: Model>(
    table: &Table<M>,
    before: Option<&Row<M>>,
    after: &Row<M>,
) -> Result<(), Refusal> {
    let (before, after) = (weight(before), weight(Some(after)));
    if after > before && table.weight() - before + after > M::MAX_WEIGHT {
        return Err(Refusal::NoRoom {
            limit: M::MAX_WEIGHT,
            unit: Unit::Bytes,
        });
    }
    Ok(())
}

fn position_in(slot: Slot<'_>) -> Position {
    position_between(slot.before, slot.follower.map(|(position, _)| position))
}
