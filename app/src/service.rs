//! What the app needs of a server, which implements the trait and provides it as context. The
//! server functions and the REST interface are thin layers over it.

use std::{fmt, ops::RangeInclusive, sync::Arc};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use sync::{
    CatchUp, Change, ClientId, Cursor, Mutation, Op, Outcome, Push, PushAnswer, Version,
    pusher::SocketId,
};
use uuid::{Uuid, Variant};

pub use crate::Token;
use crate::{Access, Error, Item, Opened, Record};

/// How long a deleted item or list can be restored, in days.
pub const TRASH_DAYS: u32 = 30;

/// Most deleted items that a list shows.
pub const TRASH_ITEMS: u32 = 500;

/// The client's own id of its request for a new list, under which it may repeat the request. Whoever knows
/// it gets the list's links, so it is a secret, and its `Debug` output hides it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RequestId(Uuid);

impl RequestId {
    /// Takes a random UUID: version 4 or 7. Others could be chosen by two clients, who would then share a
    /// list.
    pub fn new(id: Uuid) -> Option<Self> {
        let is_random = matches!(id.get_version_num(), 4 | 7);
        (is_random && id.get_variant() == Variant::RFC4122).then_some(Self(id))
    }

    /// Returns the id.
    pub fn get(self) -> Uuid {
        self.0
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RequestId(…)")
    }
}

/// The links of a new list.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Links {
    /// Reads and writes.
    pub token: Token,
    /// Only reads.
    pub view_token: Token,
    /// What the list is called.
    pub title: String,
    /// Whether this request has created the list. Otherwise an earlier one with the same
    /// [`RequestId`] has.
    #[serde(skip)]
    pub is_new: bool,
}

/// A part of what changed since a cursor.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// The changes, in the order of versions. Its head is the version of the last one, unless nothing
    /// is left.
    pub part: CatchUp<Record>,
    /// Where the next page begins, if anything is left.
    pub next: Option<PageStart>,
}

/// Where a page begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageStart {
    /// The cursor from which on the reader needs to know what was deleted.
    pub since: Cursor,
    /// The version up to which it has read everything else.
    pub after: Version,
}

impl From<Cursor> for PageStart {
    fn from(since: Cursor) -> Self {
        let after = since.version;
        Self { since, after }
    }
}

/// The right to write to a list. [`Service::authorize`] gives it, so whoever has one has asked.
#[derive(Clone, Copy, Debug)]
pub struct Grant {
    list: Uuid,
    links_version: u64,
}

impl Grant {
    /// Creates the right to write to a list, as of a version of its links. Only the service calls it, after it
    /// has checked the token.
    pub fn new(list: Uuid, links_version: u64) -> Self {
        Self {
            list,
            links_version,
        }
    }

    /// How often the list's links had been replaced when the right was given. Once they are replaced again,
    /// it is void.
    pub fn links_version(&self) -> u64 {
        self.links_version
    }

    /// The list's id.
    pub fn list(&self) -> Uuid {
        self.list
    }
}

/// The items of a list whose ids are in a range.
#[derive(Clone, Debug, Default)]
pub struct Between {
    /// The first ones, by id.
    pub first: Vec<Item>,
    /// The number of all.
    pub count: usize,
    /// The number of those that have changed since they were added.
    pub changed: usize,
}

/// What the app needs of a server.
#[async_trait]
pub trait Service: Send + Sync {
    /// Creates a list. Without a title, it gets [`crate::List::DEFAULT_TITLE`]. A repeated request
    /// returns the list that is there, whatever title it asks for.
    ///
    /// # Errors
    /// If the title is not acceptable; [`sync::Refusal::Destroyed`] if the list was deleted meanwhile.
    async fn create_list(
        &self,
        request: Option<RequestId>,
        title: Option<String>,
    ) -> Result<Links, Error>;

    /// Finds out whether a token may write.
    ///
    /// # Errors
    /// [`Error::UnknownList`]; [`Error::ReadOnly`] for the view token.
    async fn authorize(&self, token: &Token) -> Result<Grant, Error>;

    /// Returns the whole list behind a token.
    ///
    /// # Errors
    /// [`Error::UnknownList`].
    async fn open_list(&self, token: &Token) -> Result<Opened, Error>;

    /// Like [`Service::open_list`], but without items: the snapshot holds the list's own row alone. Never
    /// waits for other large reads, however large the list is.
    ///
    /// # Errors
    /// [`Error::UnknownList`].
    async fn describe_list(&self, token: &Token) -> Result<Opened, Error>;

    /// Returns an item that is not deleted.
    ///
    /// # Errors
    /// [`Error::UnknownList`]; [`Error::UnknownItem`].
    async fn item(&self, token: &Token, id: Uuid) -> Result<Item, Error>;

    /// Returns the number of items that are not deleted.
    ///
    /// # Errors
    /// If the store cannot be read.
    async fn count_items(&self, grant: Grant) -> Result<usize, Error>;

    /// Returns the live items of a list whose ids are in a range, the first `most` of them. Never waits for
    /// other large reads.
    ///
    /// # Errors
    /// If the store cannot be read.
    async fn items_between(
        &self,
        grant: Grant,
        ids: RangeInclusive<Uuid>,
        most: u32,
    ) -> Result<Between, Error>;

    /// Whether the list behind a token was deleted and its deletion is still on record.
    ///
    /// # Errors
    /// If the store cannot be read.
    async fn was_destroyed(&self, token: &Token) -> Result<bool, Error>;

    /// Whether the token was a link to a list until it was replaced by another, not long ago.
    ///
    /// # Errors
    /// If the store cannot be read.
    async fn was_replaced(&self, token: &Token) -> Result<bool, Error>;

    /// Returns both links of a list.
    ///
    /// # Errors
    /// [`Error::UnknownList`]; [`Error::ReadOnly`] for the view token.
    async fn links(&self, token: &Token) -> Result<Links, Error>;

    /// Replaces the link of a list that allows this. Whoever is connected by the old one is cut off, and it
    /// is unknown from now on. Returns both links.
    ///
    /// # Errors
    /// [`Error::UnknownList`]; [`Error::ReadOnly`] for the view token.
    async fn replace_link(&self, token: &Token, access: Access) -> Result<Links, Error>;

    /// Restores a deleted list, within [`TRASH_DAYS`] of its deletion. Does nothing to one that is not deleted.
    ///
    /// # Errors
    /// [`Error::UnknownList`]; [`Error::ReadOnly`] for the view token.
    async fn restore_list(&self, token: &Token) -> Result<(), Error>;

    /// Returns what changed since a cursor. By the view token, deleted items have no texts.
    ///
    /// # Errors
    /// [`Error::UnknownList`].
    async fn changes(&self, token: &Token, since: Cursor) -> Result<CatchUp<Record>, Error>;

    /// Returns a page of what changed: at most `limit` changes, and about half a MiB. Without a place to
    /// begin, or with one that cannot be served, the first page of the whole list.
    ///
    /// # Errors
    /// [`Error::UnknownList`].
    async fn page(
        &self,
        token: &Token,
        from: Option<PageStart>,
        limit: usize,
    ) -> Result<Page, Error>;

    /// Returns the deleted items that can still be restored, the latest first: at most
    /// [`TRASH_ITEMS`] of those that were deleted within [`TRASH_DAYS`].
    ///
    /// # Errors
    /// [`Error::UnknownList`]; [`Error::ReadOnly`] for the view token.
    async fn trash(&self, token: &Token) -> Result<Vec<Change<Record>>, Error>;

    /// Applies a replica's mutations exactly once, and returns what it has missed. When it returns,
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

    /// Applies the operations of a caller that is not a replica, in one commit or not at all. The caller is
    /// not remembered, so a repeated call is a second change. Returns the changes, which are sent to all
    /// listeners but `socket`.
    ///
    /// # Errors
    /// [`Error::UnknownList`]; [`Error::Refused`] if one of the operations is refused.
    async fn apply(
        &self,
        grant: Grant,
        socket: Option<SocketId>,
        ops: Vec<Op<Record>>,
    ) -> Result<Vec<Change<Record>>, Error>;

    /// Applies all mutations in one commit, or none of them. Exactly once for a client and its
    /// numbers: a repeated call changes nothing. There may be one more than [`crate::Item`]s on a
    /// full list.
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

/// Tells an unknown list from a deleted one and from a replaced link, which browsers need to know.
pub(crate) async fn tell_why<T>(
    service: &dyn Service,
    token: &Token,
    answer: Result<T, Error>,
) -> Result<T, Error> {
    match answer {
        Err(Error::UnknownList) if service.was_destroyed(token).await? => Err(Error::DestroyedList),
        Err(Error::UnknownList) if service.was_replaced(token).await? => Err(Error::ReplacedLink),
        answer => answer,
    }
}
