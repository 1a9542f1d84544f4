//! The server functions, a public interface: each is a few lines over [`crate::service::Service`].
//!
//! The browser sends its changes through [`push`]; the functions for single rows serve the plain
//! forms, which work before and without WASM.

use leptos::prelude::*;
use sync::{Change, PushAnswer, pusher::SocketId};
use uuid::Uuid;

pub use crate::{Access, Opened};
use crate::{Error, Record, codec::JsonText};

/// Creates a list and redirects to it. A form that is sent again has the same id, and leads to the same
/// list.
#[server(prefix = "/rpc", endpoint = "create_list")]
pub async fn create_list(request: Option<String>, title: Option<String>) -> Result<(), Error> {
    let request = ssr::request_id(request.as_deref().unwrap_or_default())?;
    let links = ssr::service()?.create_list(request, title).await?;
    leptos_axum::redirect(&format!("/{}", links.token.0));
    Ok(())
}

/// Returns the list behind a token.
#[server(prefix = "/rpc", endpoint = "open_list", input = JsonText, output = JsonText)]
pub async fn open_list(token: String) -> Result<Opened, Error> {
    ssr::service()?.open_list(&ssr::Token(token)).await
}

/// Renames a list.
#[server(prefix = "/rpc", endpoint = "update_list")]
pub async fn update_list(token: String, title: String) -> Result<(), Error> {
    ssr::apply(token, |list| ssr::update_list(list, title)).await
}

/// Deletes a list for everyone.
#[server(prefix = "/rpc", endpoint = "destroy_list", input = JsonText, output = JsonText)]
pub async fn destroy_list(token: String) -> Result<(), Error> {
    ssr::apply(token, |list| sync::Op::Destroy { id: list }).await?;
    leptos_axum::redirect("/");
    Ok(())
}

/// Restores a deleted list and redirects to it.
#[server(prefix = "/rpc", endpoint = "restore_list", input = JsonText, output = JsonText)]
pub async fn restore_list(token: String) -> Result<(), Error> {
    let token = ssr::Token(token);
    ssr::service()?.restore_list(&token).await?;
    leptos_axum::redirect(&format!("/{}", token.0));
    Ok(())
}

/// Replaces one of a list's links, and returns the token of the new one. Whoever uses the old one is cut off.
#[server(prefix = "/rpc", endpoint = "replace_link", input = JsonText, output = JsonText)]
pub async fn replace_link(token: String, access: Access) -> Result<String, Error> {
    let links = ssr::service()?
        .replace_link(&ssr::Token(token), access)
        .await?;
    Ok(match access {
        Access::Write => links.token.0,
        Access::Read => links.view_token.0,
    })
}

/// Adds an item at the end.
#[server(prefix = "/rpc", endpoint = "create_item")]
pub async fn create_item(token: String, shortdesc: String) -> Result<(), Error> {
    ssr::apply(token, |_| ssr::create_item(shortdesc)).await
}

/// Changes the given fields of an item.
#[server(prefix = "/rpc", endpoint = "update_item")]
pub async fn update_item(
    token: String,
    id: Uuid,
    shortdesc: Option<String>,
    isdone: Option<bool>,
) -> Result<(), Error> {
    ssr::apply_to_item(token, ssr::update_item(id, shortdesc, isdone)).await
}

/// Deletes an item.
#[server(prefix = "/rpc", endpoint = "destroy_item")]
pub async fn destroy_item(token: String, id: Uuid) -> Result<(), Error> {
    ssr::apply_to_item(token, sync::Op::Destroy { id }).await
}

/// Returns the items deleted recently, the latest first.
#[server(prefix = "/rpc", endpoint = "open_trash", input = JsonText, output = JsonText)]
pub async fn open_trash(token: String) -> Result<Vec<Change<Record>>, Error> {
    ssr::service()?.trash(&ssr::Token(token)).await
}

/// Restores a deleted item.
#[server(prefix = "/rpc", endpoint = "restore_item")]
pub async fn restore_item(token: String, id: Uuid) -> Result<(), Error> {
    ssr::apply_to_item(token, sync::Op::Restore { id }).await
}

/// Applies a replica's mutations exactly once, and returns what it has missed. The titles of new items
/// may be lines as they were `typed`, with marks that are not read yet.
#[server(name = PushMutations, prefix = "/rpc", endpoint = "push", input = JsonText, output = JsonText)]
pub async fn push(
    token: String,
    socket_id: Option<SocketId>,
    push: sync::Push<Record>,
    #[server(default)] typed: bool,
) -> Result<PushAnswer<Record>, Error> {
    let (service, token) = (ssr::service()?, ssr::Token(token));
    let push = if typed { ssr::read_typed(push) } else { push };
    let answer = service.push(&token, socket_id, push).await;
    ssr::tell_why(&*service, &token, answer).await
}

/// Calls [`push`] as a beacon, which outlives the page. Nobody reads its answer.
#[cfg(feature = "hydrate")]
pub(crate) fn push_last(token: String, push: sync::Push<Record>) {
    let call = PushMutations {
        token,
        socket_id: None,
        push,
        typed: false,
    };
    if let Ok(body) = serde_json::to_string(&call) {
        crate::platform::send_beacon(<PushMutations as server_fn::ServerFn>::PATH, &body);
    }
}

/// What the functions share on the server.
#[cfg(feature = "ssr")]
mod ssr {
    use leptos::prelude::use_context;
    use sync::{Op, Place, Push};
    use uuid::Uuid;

    use crate::{
        Error, ItemPatch, ListPatch, Record, RecordPatch,
        outline::read_line,
        service::{RequestId, SharedService},
    };
    pub(super) use crate::{Token, service::tell_why};

    pub(super) fn service() -> Result<SharedService, Error> {
        use_context().ok_or(Error::Internal)
    }

    /// Reads the id of a form, which may be empty.
    pub(super) fn request_id(id: &str) -> Result<Option<RequestId>, Error> {
        if id.is_empty() {
            return Ok(None);
        }
        let id = id.parse().ok().and_then(RequestId::new);
        id.map(Some)
            .ok_or_else(|| Error::BadRequest("`request` must be a random UUID.".to_owned()))
    }

    /// Applies one operation to the list's own row, which `op` makes of the row's id.
    pub(super) async fn apply(
        token: String,
        op: impl FnOnce(Uuid) -> Op<Record>,
    ) -> Result<(), Error> {
        let service = service()?;
        let grant = service.authorize(&Token(token)).await?;
        let ops = vec![op(grant.list())];
        service.apply(grant, None, ops).await.map(drop)
    }

    /// Applies one operation to an item. Refuses the id of the list's own row: the list has functions of its
    /// own.
    pub(super) async fn apply_to_item(token: String, op: Op<Record>) -> Result<(), Error> {
        let service = service()?;
        let grant = service.authorize(&Token(token)).await?;
        if op.id() == grant.list() {
            return Err(Error::UnknownItem);
        }
        service.apply(grant, None, vec![op]).await.map(drop)
    }

    pub(super) fn update_list(id: Uuid, title: String) -> Op<Record> {
        Op::Update {
            id,
            patch: RecordPatch::List(ListPatch { title: Some(title) }),
        }
    }

    pub(super) fn create_item(shortdesc: String) -> Op<Record> {
        Op::Create {
            id: Uuid::now_v7(),
            draft: RecordPatch::Item(typed_item(shortdesc)),
            place: Place::End,
        }
    }

    /// Returns the item that a typed line means, as the field for new items on the page reads it.
    fn typed_item(line: String) -> ItemPatch {
        read_line(&line).unwrap_or_else(|| ItemPatch::shortdesc(line))
    }

    /// Reads the new items of a push whose titles are lines as they were typed.
    pub(super) fn read_typed(mut push: Push<Record>) -> Push<Record> {
        for mutation in &mut push.mutations {
            if let Op::Create {
                draft: RecordPatch::Item(item),
                ..
            } = &mut mutation.op
                && let Some(line) = item.shortdesc.take()
            {
                *item = ItemPatch {
                    longdesc: item.longdesc.take(),
                    due: item.due.take(),
                    ..typed_item(line)
                };
            }
        }
        push
    }

    pub(super) fn update_item(
        id: Uuid,
        shortdesc: Option<String>,
        isdone: Option<bool>,
    ) -> Op<Record> {
        Op::Update {
            id,
            patch: RecordPatch::Item(ItemPatch {
                shortdesc,
                isdone,
                ..ItemPatch::default()
            }),
        }
    }
}
