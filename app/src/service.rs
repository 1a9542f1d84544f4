//! What the app needs of a server: the server implements it and provides it as context. The server
//! functions and the REST interface are thin faces of it.

use std::sync::Arc;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use sync::{
    CatchUp, Change, ClientId, Cursor, Mutation, Outcome, Push, PushAnswer, pusher::SocketId,
};
use uuid::Uuid;

pub use crate::Token;
use crate::{Error, Opened, Record};

/// For so many days what was deleted can be restored.
pub const TRASH_DAYS: u32 = 30;

/// So many deleted items a list shows at the most.
pub const TRASH_ITEMS: u32 = 500;

/// A new list: its links are all there is to know.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Links {
    /// Reads and writes.
    pub token: Token,
    /// Only reads.
    pub view_token: Token,
    /// What the list is called.
    pub title: String,
}

/// What the app needs of a server.
#[async_trait]
pub trait Service: Send + Sync {
    /// Makes a list; without a title, it is called [`crate::List::DEFAULT_TITLE`].
    ///
    /// # Errors
    /// When the title is not acceptable.
    async fn create_list(&self, title: Option<String>) -> Result<Links, Error>;

    /// The id of the list behind a token. It may answer from memory, and then of a list that was
    /// destroyed meanwhile: for those who go on to a call that notices.
    ///
    /// # Errors
    /// [`Error::UnknownList`].
    async fn list_id(&self, token: &Token) -> Result<Uuid, Error>;

    /// The list behind a token, all of it.
    ///
    /// # Errors
    /// [`Error::UnknownList`].
    async fn open_list(&self, token: &Token) -> Result<Opened, Error>;

    /// Whether the list behind a token was deleted, as far as that is still on record.
    ///
    /// # Errors
    /// When that cannot be found out now.
    async fn was_destroyed(&self, token: &Token) -> Result<bool, Error>;

    /// What changed since a cursor.
    ///
    /// # Errors
    /// [`Error::UnknownList`].
    async fn changes(&self, token: &Token, since: Cursor) -> Result<CatchUp<Record>, Error>;

    /// The items that were deleted and can still be restored, the last one first: at most
    /// [`TRASH_ITEMS`] of those that were deleted within [`TRASH_DAYS`].
    ///
    /// # Errors
    /// [`Error::UnknownList`].
    async fn trash(&self, token: &Token) -> Result<Vec<Change<Record>>, Error>;

    /// Takes a replica's mutations, exactly once, and answers what it has missed. When it returns,
    /// what was acknowledged is durable. The changes are told to all listeners but `socket`.
    ///
    /// # Errors
    /// [`Error::UnknownList`]; [`Error::ReadOnly`] for mutations by the view token (a pull is fine).
    async fn push(
        &self,
        token: &Token,
        socket: Option<SocketId>,
        push: Push<Record>,
    ) -> Result<PushAnswer<Record>, Error>;

    /// Takes mutations of a caller that is no replica: nothing is remembered of it, so a repeated
    /// call is a second change. The mutations are numbered 1, 2, 3 … by the caller.
    ///
    /// # Errors
    /// Those of [`Service::push`]. Refusals stand in the outcome.
    async fn apply(
        &self,
        token: &Token,
        socket: Option<SocketId>,
        mutations: Vec<Mutation<Record>>,
    ) -> Result<Outcome<Record>, Error>;

    /// Takes all mutations, in one commit, or none of them; exactly once for a client and its numbers,
    /// so that a repeated call changes nothing. There may be one more than [`crate::Item`]s on a full
    /// list.
    ///
    /// # Errors
    /// Those of [`Service::push`]; [`Error::Refused`] if one of them is refused, and then the same
    /// may be tried again.
    async fn apply_all(
        &self,
        token: &Token,
        client: ClientId,
        mutations: Vec<Mutation<Record>>,
    ) -> Result<Outcome<Record>, Error>;
}

/// The service as context.
pub type SharedService = Arc<dyn Service>;

/// An answer for browsers, which need to know whether a list that is not there was deleted.
pub(crate) async fn tell_destroyed<T>(
    service: &dyn Service,
    token: &Token,
    answer: Result<T, Error>,
) -> Result<T, Error> {
    match answer {
        Err(Error::UnknownList) if service.was_destroyed(token).await? => Err(Error::DestroyedList),
        answer => answer,
    }
}
