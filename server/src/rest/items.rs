use app::{Error, Item, ItemPatch, Record, RecordPatch};
use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
};
use sync::{Op, Outcome, Place, Refusal};
use uuid::Uuid;

use super::{
    Answer, done,
    fields::Fields,
    target::{ItemId, Target},
};
use crate::{problem::Problem, state::AppState};

/// All items, in the list's order.
pub(super) async fn index(
    State(state): State<AppState>,
    target: Target,
) -> Answer<Json<Vec<Item>>> {
    let snapshot = state
        .store
        .catch_up(target.list, None)
        .await
        .map_err(Error::from)?;
    let rows = snapshot.changes.into_iter().map(|change| change.row);
    let mut items: Vec<Item> = rows
        .filter_map(|row| match row {
            Record::Item(item) => Some(item),
            Record::List(_) => None,
        })
        .collect();
    items.sort_by(|a, b| (&a.position, a.id).cmp(&(&b.position, b.id)));
    Ok(Json(items))
}

pub(super) async fn show(
    State(state): State<AppState>,
    target: Target,
    id: ItemId,
) -> Answer<Json<Item>> {
    Ok(Json(live(&state, target.list, id.0).await?))
}

/// Adds an item. The id may come from the client: then a repetition finds the item there, and adds
/// no second.
pub(super) async fn create(
    State(state): State<AppState>,
    target: Target,
    mut fields: Fields,
) -> Answer {
    let id = fields
        .nullable_id("id")?
        .flatten()
        .unwrap_or_else(Uuid::now_v7);
    let id = target.item(id)?;
    let draft = RecordPatch::Item(patch(&mut fields)?);
    let place = place(&mut fields)?.unwrap_or_default();

    let outcome = target
        .apply(&state, Op::Create { id, draft, place })
        .await?;
    match newest(outcome, id) {
        Some(item) => {
            let location = format!("/api/lists/{}/items/{id}", target.token.0);
            Ok((
                StatusCode::CREATED,
                [(header::LOCATION, location)],
                Json(item),
            )
                .into_response())
        }
        None => match state
            .store
            .item(target.list, id)
            .await
            .map_err(Error::from)?
        {
            Some(item) => Ok(Json(item).into_response()),
            None => Err(Error::Refused(Refusal::Destroyed).into()),
        },
    }
}

/// Sets the fields that are there, and moves the item behind another one if `after` is among them.
pub(super) async fn update(
    State(state): State<AppState>,
    target: Target,
    ItemId(id): ItemId,
    mut fields: Fields,
) -> Answer<Json<Item>> {
    let id = target.item(id)?;
    let patch = RecordPatch::Item(patch(&mut fields)?);
    let place = place(&mut fields)?;

    let mut outcome = target.apply(&state, Op::Update { id, patch }).await?;
    // Only now, since nothing is to be moved when a value was refused.
    if let Some(place) = place {
        outcome
            .changes
            .extend(target.apply(&state, Op::Move { id, place }).await?.changes);
    }
    match newest(outcome, id) {
        Some(item) => Ok(Json(item)),
        None => Ok(Json(live(&state, target.list, id).await?)),
    }
}

/// Deletes an item. Once is as good as twice: an item that was deleted before is deleted.
pub(super) async fn destroy(
    State(state): State<AppState>,
    target: Target,
    ItemId(id): ItemId,
) -> Answer {
    let id = target.item(id)?;
    target.apply(&state, Op::Destroy { id }).await?;
    Ok(done())
}

/// Brings a deleted item back. Once is as good as twice: one that lives stays as it is.
pub(super) async fn restore(
    State(state): State<AppState>,
    target: Target,
    ItemId(id): ItemId,
) -> Answer<Json<Item>> {
    let id = target.item(id)?;
    match newest(target.apply(&state, Op::Restore { id }).await?, id) {
        Some(item) => Ok(Json(item)),
        None => Ok(Json(live(&state, target.list, id).await?)),
    }
}

/// The deleted items that can be restored, the last one first.
pub(super) async fn trash(
    State(state): State<AppState>,
    target: Target,
) -> Answer<Json<Vec<Item>>> {
    let deleted = state.service.trash(&target.token).await?;
    let items = deleted.into_iter().filter_map(|change| match change.row {
        Record::Item(item) => Some(item),
        Record::List(_) => None,
    });
    Ok(Json(items.collect()))
}

async fn live(state: &AppState, list: Uuid, id: Uuid) -> Result<Item, Error> {
    state.store.item(list, id).await?.ok_or(Error::UnknownItem)
}

/// The item as it is after what was done; `None` if nothing had to be. Its neighbours may have got other
/// positions with it.
fn newest(outcome: Outcome<Record>, id: Uuid) -> Option<Item> {
    let mut items = outcome
        .changes
        .into_iter()
        .filter_map(|change| match change.row {
            Record::Item(item) => Some(item),
            Record::List(_) => None,
        });
    items.rfind(|item| item.id == id)
}

fn patch(fields: &mut Fields) -> Result<ItemPatch, Problem> {
    Ok(ItemPatch {
        shortdesc: fields.text("shortdesc")?,
        longdesc: fields.nullable_text("longdesc")?,
        isdone: fields.flag("isdone")?,
        due: fields.nullable_text("due")?,
        issection: fields.flag("issection")?,
    })
}

/// Where an item is to stand, if that is said: `after` is another item's id, or null for the start.
fn place(fields: &mut Fields) -> Result<Option<Place>, Problem> {
    let after = fields.nullable_id("after")?;
    Ok(after.map(|after| after.map_or(Place::Start, Place::After)))
}
