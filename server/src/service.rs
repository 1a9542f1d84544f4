//! Implements the app's `Service`: parses, authorizes, and calls the store.

use std::{ops::RangeInclusive, sync::Arc};

use app::{
    Error, Item, List, Record, Title,
    api::{Access, Opened},
    service::{
        Between, Grant, Links, Page, PageStart, RequestId, Service, TRASH_DAYS, TRASH_ITEMS, Token,
    },
};
use async_trait::async_trait;
use sync::{
    CatchUp, Change, ClientId, Cursor, MAX_MUTATIONS, Model, Mutation, Op, Outcome, Push,
    PushAnswer, Refusal, pusher::SocketId,
};
use uuid::Uuid;

use crate::store::{Link, Store, StoreError, Write, Written};
use crate::{clock, disk::Disk};

/// The service behind the pages, the server functions and the REST interface.
#[derive(Clone)]
pub struct Tandem {
    store: Store,
    disk: Arc<Disk>,
}

impl Tandem {
    /// Creates the service of a store.
    pub fn new(store: Store) -> Self {
        Self {
            store,
            disk: Arc::default(),
        }
    }

    /// Refuses writes while this disk is nearly full.
    #[must_use]
    pub(crate) fn with_disk(self, disk: Arc<Disk>) -> Self {
        Self { disk, ..self }
    }

    /// # Errors
    /// [`Error::StorageFull`]
    fn require_space(&self) -> Result<(), Error> {
        if self.disk.is_low() {
            Err(Error::StorageFull)
        } else {
            Ok(())
        }
    }

    /// Returns the store.
    pub fn store(&self) -> &Store {
        &self.store
    }

    async fn link(&self, token: &Token) -> Result<Link, StoreError> {
        let link = self.store.known_link(token).await?;
        link.ok_or(StoreError::UnknownList)
    }

    /// Writes to a list. The caller has authorized the write.
    async fn write(&self, write: Write) -> Result<Written, Error> {
        self.require_space()?;
        let most = if write.atomic {
            // All items of a full list, and its title.
            Item::LIMIT + 1
        } else {
            MAX_MUTATIONS
        };
        if write.mutations.len() > most {
            let text = format!("One push may carry at most {most} mutations.");
            return Err(Error::BadRequest(text));
        }
        Ok(self.store.write(write).await?)
    }
}

/// Refuses a read-only link. The link may come from the cache; if its list was deleted since, the
/// error is the same as for an unknown list.
///
/// # Errors
/// [`Error::ReadOnly`]; [`Error::UnknownList`]; when the database cannot be read.
async fn require_write(store: &Store, link: Link) -> Result<(), Error> {
    match link.access {
        Access::Write => Ok(()),
        Access::Read => {
            let head = store.head(link.list).await?;
            Err(head.map_or(Error::UnknownList, |_| Error::ReadOnly))
        }
    }
}

#[async_trait]
impl Service for Tandem {
    async fn create_list(
        &self,
        request: Option<RequestId>,
        title: Option<String>,
    ) -> Result<Links, Error> {
        let title = match Title::parse(title.as_deref().unwrap_or_default()) {
            Err(Refusal::Blank { .. }) => Title::parse(List::DEFAULT_TITLE)?,
            title => title?,
        };
        self.require_space()?;
        Ok(self.store.create_list(request, title).await?)
    }

    async fn authorize(&self, token: &Token) -> Result<Grant, Error> {
        // Bypasses the cache, since callers rely on the list's existing.
        let link = self.store.link(token).await?;
        let link = link.ok_or(StoreError::UnknownList)?;
        match link.access {
            Access::Write => Ok(Grant::new(link.list)),
            Access::Read => Err(Error::ReadOnly),
        }
    }

    async fn open_list(&self, token: &Token) -> Result<Opened, Error> {
        Ok(self.store.open_list(token).await?)
    }

    async fn describe_list(&self, token: &Token) -> Result<Opened, Error> {
        Ok(self.store.describe_list(token).await?)
    }

    async fn item(&self, token: &Token, id: Uuid) -> Result<Item, Error> {
        let link = self.link(token).await?;
        let item = self.store.item(link.list, id).await?;
        item.ok_or(Error::UnknownItem)
    }

    async fn count_items(&self, grant: Grant) -> Result<usize, Error> {
        Ok(self.store.count_items(grant.list()).await?)
    }

    async fn items_between(
        &self,
        grant: Grant,
        ids: RangeInclusive<Uuid>,
        most: u32,
    ) -> Result<Between, Error> {
        Ok(self.store.items_between(grant.list(), ids, most).await?)
    }

    async fn was_destroyed(&self, token: &Token) -> Result<bool, Error> {
        Ok(self.store.was_destroyed(token).await?)
    }

    async fn changes(&self, token: &Token, since: Cursor) -> Result<CatchUp<Record>, Error> {
        let link = self.link(token).await?;
        let catch_up = self.store.catch_up(link.list, Some(since)).await?;
        Ok(link.censored(catch_up))
    }

    async fn page(
        &self,
        token: &Token,
        from: Option<PageStart>,
        limit: usize,
    ) -> Result<Page, Error> {
        let link = self.link(token).await?;
        let Page { part, next } = self.store.page(link.list, from, limit).await?;
        let part = link.censored(part);
        Ok(Page { part, next })
    }

    async fn push(
        &self,
        token: &Token,
        socket: Option<SocketId>,
        push: Push<Record>,
    ) -> Result<PushAnswer<Record>, Error> {
        let link = self.link(token).await?;
        let list = link.list;
        if push.mutations.is_empty() {
            let pull = self.store.pull(list, push.client_id, push.cursor());
            let (client, catch_up) = pull.await?;
            return Ok(PushAnswer {
                acked: client.acked,
                rejected: client.rejected,
                catch_up: link.censored(catch_up),
            });
        }
        if !push.is_in_order() {
            let text = "Mutations must be numbered from 1 in ascending order.";
            return Err(Error::BadRequest(text.to_owned()));
        }
        let since = push.cursor();
        let first = push.mutations.first().map(|mutation| mutation.seq);
        let begins = push.begins;
        let write = Write {
            list,
            client: Some(push.client_id),
            begins,
            socket,
            mutations: push.mutations,
            since: Some(since),
            atomic: false,
        };
        require_write(&self.store, link).await?;
        let Written { outcome, catch_up } = self.write(write).await?;
        if begins.is_none() && first > Some(outcome.acked) {
            // A tab from before `begins` existed would repeat the push at once, forever. This error
            // makes it wait and keep its mutations; once reloaded, it sends `begins`.
            return Err(Error::Unavailable);
        }
        Ok(PushAnswer {
            acked: outcome.acked,
            rejected: outcome.rejected,
            catch_up: catch_up.ok_or(Error::Internal)?,
        })
    }

    async fn trash(&self, token: &Token) -> Result<Vec<Change<Record>>, Error> {
        let link = self.link(token).await?;
        require_write(&self.store, link).await?;
        let now = self.store.believed(clock::now(), self.store.running());
        let since = now - i64::from(TRASH_DAYS) * clock::DAY;
        let deleted = self.store.deleted_items(link.list, since, TRASH_ITEMS);
        Ok(deleted.await?)
    }

    async fn apply(
        &self,
        grant: Grant,
        socket: Option<SocketId>,
        ops: Vec<Op<Record>>,
    ) -> Result<Vec<Change<Record>>, Error> {
        let mutations = (1..).zip(ops).map(|(seq, op)| Mutation { seq, op });
        let write = Write {
            list: grant.list(),
            client: None,
            begins: None,
            socket,
            mutations: mutations.collect(),
            since: None,
            atomic: true,
        };
        Ok(self.write(write).await?.outcome.changes)
    }

    async fn apply_all(
        &self,
        token: &Token,
        client: ClientId,
        mutations: Vec<Mutation<Record>>,
    ) -> Result<Outcome<Record>, Error> {
        let link = self.link(token).await?;
        let write = Write {
            list: link.list,
            client: Some(client),
            begins: None,
            socket: None,
            mutations,
            since: None,
            atomic: true,
        };
        require_write(&self.store, link).await?;
        Ok(self.write(write).await?.outcome)
    }
}
