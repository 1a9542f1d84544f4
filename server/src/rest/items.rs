use app::{Error, Item, ItemPatch, Record, RecordPatch};
use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
};
use sync::{Change, Op, Place, Refusal};
use uuid::Uuid;

use super::{
    Answer, done,
    fields::Fields,
    target::{ItemId, ListToken, Target},
};
use crate::{problem::Problem, state::AppState};

/// All items, in the list's order.
pub(super) async fn index(
    State(state): State<AppState>,
    ListToken(token): ListToken,
) -> Answer<Json<Vec<Item>>> {
    let opened = state.service.open_list(&token).await?;
    let rows = opened.snapshot.changes.into_iter().map(|change| change.row);
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
    ListToken(token): ListToken,
    ItemId(id): ItemId,
) -> Answer<Json<Item>> {
    Ok(Json(state.service.item(&token, id).await?))
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

    let create = Op::Create { id, draft, place };
    let changes = target.apply(&state, vec![create]).await?;
    match newest(changes, id) {
        Some(item) => {
            let location = format!("/api/lists/{}/items/{id}", target.token.0);
            Ok((
                StatusCode::CREATED,
                [(header::LOCATION, location)],
                Json(item),
            )
                .into_response())
        }
        None => match state.service.item(&target.token, id).await {
            Ok(item) => Ok(Json(item).into_response()),
            Err(Error::UnknownItem) => Err(Error::Refused(Refusal::Destroyed).into()),
            Err(error) => Err(error.into()),
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

    let mut ops = vec![Op::Update { id, patch }];
    ops.extend(place.map(|place| Op::Move { id, place }));
    Ok(Json(changed(&state, &target, id, ops).await?))
}

/// Deletes an item. Once is as good as twice: an item that was deleted before is deleted.
pub(super) async fn destroy(
    State(state): State<AppState>,
    target: Target,
    ItemId(id): ItemId,
) -> Answer {
    let id = target.item(id)?;
    target.apply(&state, vec![Op::Destroy { id }]).await?;
    Ok(done())
}

/// Brings a deleted item back. Once is as good as twice: one that lives stays as it is.
pub(super) async fn restore(
    State(state): State<AppState>,
    target: Target,
    ItemId(id): ItemId,
) -> Answer<Json<Item>> {
    let id = target.item(id)?;
    let ops = vec![Op::Restore { id }];
    Ok(Json(changed(&state, &target, id, ops).await?))
}

/// The deleted items that can be restored, the last one first.
pub(super) async fn trash(
    State(state): State<AppState>,
    ListToken(token): ListToken,
) -> Answer<Json<Vec<Item>>> {
    let deleted = state.service.trash(&token).await?;
    let items = deleted.into_iter().filter_map(|change| match change.row {
        Record::Item(item) => Some(item),
        Record::List(_) => None,
    });
    Ok(Json(items.collect()))
}

/// Does what a request asks for, and answers the item as it then is.
async fn changed(
    state: &AppState,
    target: &Target,
    id: Uuid,
    ops: Vec<Op<Record>>,
) -> Result<Item, Error> {
    match newest(target.apply(state, ops).await?, id) {
        Some(item) => Ok(item),
        None => state.service.item(&target.token, id).await,
    }
}

/// The item as it is after these changes; `None` if it is not among them. Its neighbours may be, which
/// got other positions with it.
fn newest(changes: Vec<Change<Record>>, id: Uuid) -> Option<Item> {
    let mut items = changes.into_iter().filter_map(|change| match change.row {
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
