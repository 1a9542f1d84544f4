//! What the app needs of a server: the server implements it and provides it as context. The server
//! functions and the REST interface are thin faces of it.

use std::sync::Arc;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use sync::{
    CatchUp, Change, ClientId, Cursor, Mutation, Op, Outcome, Push, PushAnswer, pusher::SocketId,
};
use uuid::Uuid;

pub use crate::Token;
use crate::{Error, Item, Opened, Record};

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

/// The right to write to a list. [`Service::authorize`] gives it, so whoever has one has asked.
#[derive(Clone, Copy, Debug)]
pub struct Grant {
    list: Uuid,
}

impl Grant {
    /// The right to write to a list: for the service alone, which has looked at the token.
    pub fn new(list: Uuid) -> Self {
        Self { list }
    }

    /// The list's id.
    pub fn list(&self) -> Uuid {
        self.list
    }
}

/// What the app needs of a server.
#[async_trait]
pub trait Service: Send + Sync {
    /// Makes a list; without a title, it is called [`crate::List::DEFAULT_TITLE`].
    ///
    /// # Errors
    /// When the title is not acceptable.
    async fn create_list(&self, title: Option<String>) -> Result<Links, Error>;

    /// Finds out whether a token may write.
    ///
    /// # Errors
    /// [`Error::UnknownList`]; [`Error::ReadOnly`] for the view token.
    async fn authorize(&self, token: &Token) -> Result<Grant, Error>;

    /// The list behind a token, all of it.
    ///
    /// # Errors
    /// [`Error::UnknownList`].
    async fn open_list(&self, token: &Token) -> Result<Opened, Error>;

    /// One live item of a list.
    ///
    /// # Errors
    /// [`Error::UnknownList`]; [`Error::UnknownItem`].
    async fn item(&self, token: &Token, id: Uuid) -> Result<Item, Error>;

    /// How many live items a list has.
    ///
    /// # Errors
    /// When that cannot be found out now.
    async fn count_items(&self, grant: Grant) -> Result<usize, Error>;

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

    /// Does what a caller asks for that is no replica, all of it in one commit, or none of it. Nothing is
    /// remembered of the caller, so a repeated call is a second change. Answers what has changed, which
    /// all listeners but `socket` are told.
    ///
    /// # Errors
    /// [`Error::UnknownList`]; [`Error::Refused`] if one of the operations is refused.
    async fn apply(
        &self,
        grant: Grant,
        socket: Option<SocketId>,
        ops: Vec<Op<Record>>,
    ) -> Result<Vec<Change<Record>>, Error>;

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
