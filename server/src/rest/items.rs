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
    target::{ItemPath, Target, TokenPath},
};
use crate::{problem::Problem, state::AppState};

/// Returns all items, in the list's order.
pub(super) async fn index(
    State(state): State<AppState>,
    TokenPath(token): TokenPath,
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
    TokenPath(token): TokenPath,
    ItemPath(id): ItemPath,
) -> Answer<Json<Item>> {
    Ok(Json(state.service.item(&token, id).await?))
}

/// Adds an item. With an id from the client, a repeated request returns the existing item.
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

/// Sets the given fields, and moves the item if `after` is among them, in one commit.
pub(super) async fn update(
    State(state): State<AppState>,
    target: Target,
    ItemPath(id): ItemPath,
    mut fields: Fields,
) -> Answer<Json<Item>> {
    let id = target.item(id)?;
    let patch = RecordPatch::Item(patch(&mut fields)?);
    let place = place(&mut fields)?;

    let mut ops = vec![Op::Update { id, patch }];
    ops.extend(place.map(|place| Op::Move { id, place }));
    Ok(Json(changed(&state, &target, id, ops).await?))
}

/// Deletes an item. Idempotent.
pub(super) async fn destroy(
    State(state): State<AppState>,
    target: Target,
    ItemPath(id): ItemPath,
) -> Answer {
    let id = target.item(id)?;
    target.apply(&state, vec![Op::Destroy { id }]).await?;
    Ok(done())
}

/// Restores a deleted item. Idempotent.
pub(super) async fn restore(
    State(state): State<AppState>,
    target: Target,
    ItemPath(id): ItemPath,
) -> Answer<Json<Item>> {
    let id = target.item(id)?;
    let ops = vec![Op::Restore { id }];
    Ok(Json(changed(&state, &target, id, ops).await?))
}

/// Returns the deleted items that can be restored, the latest first.
pub(super) async fn trash(
    State(state): State<AppState>,
    TokenPath(token): TokenPath,
) -> Answer<Json<Vec<Item>>> {
    let deleted = state.service.trash(&token).await?;
    let items = deleted.into_iter().filter_map(|change| match change.row {
        Record::Item(item) => Some(item),
        Record::List(_) => None,
    });
    Ok(Json(items.collect()))
}

/// Applies the operations, and returns the item as it is afterwards.
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

/// Returns the item after these changes, or `None` if it is not among them. Neighbours may be, if
/// they got new positions.
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

/// Returns the requested place: `after` is another item's id, or null for the start.
fn place(fields: &mut Fields) -> Result<Option<Place>, Problem> {
    let after = fields.nullable_id("after")?;
    Ok(after.map(|after| after.map_or(Place::Start, Place::After)))
}
