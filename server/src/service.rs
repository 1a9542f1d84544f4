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
    PushAnswer, Refusal, Seq, pusher::SocketId,
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

    /// Returns the link of a token that may write. It may come from the cache: the store refuses what is
    /// written by it if it is no longer valid.
    ///
    /// # Errors
    /// [`Error::ReadOnly`]; [`Error::UnknownList`]; when the database cannot be read.
    async fn writing_link(&self, token: &Token) -> Result<Link, Error> {
        let link = self.store.known_link(token).await?;
        match link.ok_or(Error::UnknownList)? {
            link if link.access == Access::Write => Ok(link),
            _ => {
                let link = self.store.link(token).await?;
                Err(link.map_or(Error::UnknownList, |_| Error::ReadOnly))
            }
        }
    }

    /// Says of a write whose link was stale why it was refused: as unknown if the link is no longer valid. If
    /// only the other one was replaced, the same may be tried again.
    async fn explain<T>(&self, token: &Token, written: Result<T, StoreError>) -> Result<T, Error> {
        match written {
            Err(StoreError::StaleLink) => Err(match self.store.link(token).await? {
                Some(_) => Error::Unavailable,
                None => Error::UnknownList,
            }),
            written => Ok(written?),
        }
    }

    /// Writes to a list. The caller has authorized the write.
    async fn write(&self, write: Write) -> Result<Result<Written, StoreError>, Error> {
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
        Ok(self.store.write(write).await)
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
            Access::Write => Ok(Grant::new(link.list, link.version)),
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
        let item = self.store.item(token, id).await?;
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

    async fn was_replaced(&self, token: &Token) -> Result<bool, Error> {
        Ok(self.store.was_replaced(token).await?)
    }

    async fn links(&self, token: &Token) -> Result<Links, Error> {
        let grant = self.authorize(token).await?;
        Ok(self.store.links_of(grant.list()).await?)
    }

    async fn replace_link(&self, token: &Token, access: Access) -> Result<Links, Error> {
        // Bypasses the cache, since a stale version would be refused.
        let link = self.store.link(token).await?;
        let link = link.ok_or(Error::UnknownList)?;
        if link.access != Access::Write {
            return Err(Error::ReadOnly);
        }
        self.require_space()?;
        let replaced = self.store.replace_link(link, access).await;
        self.explain(token, replaced).await
    }

    async fn restore_list(&self, token: &Token) -> Result<(), Error> {
        let deleted = self.store.deleted_link(token).await?;
        let link = match deleted {
            Some(link) => link,
            None => self.store.link(token).await?.ok_or(Error::UnknownList)?,
        };
        if link.access != Access::Write {
            return Err(Error::ReadOnly);
        }
        if deleted.is_some() {
            self.require_space()?;
            let restored = self.store.restore_list(link).await;
            // Somebody else may just have restored it.
            self.explain(token, restored).await?;
        }
        Ok(())
    }

    async fn changes(&self, token: &Token, since: Cursor) -> Result<CatchUp<Record>, Error> {
        Ok(self.store.catch_up(token, Some(since)).await?)
    }

    async fn page(
        &self,
        token: &Token,
        from: Option<PageStart>,
        limit: usize,
    ) -> Result<Page, Error> {
        Ok(self.store.page(token, from, limit).await?)
    }

    async fn push(
        &self,
        token: &Token,
        socket: Option<SocketId>,
        push: Push<Record>,
    ) -> Result<PushAnswer<Record>, Error> {
        if push.mutations.is_empty() {
            let pull = self.store.pull(token, push.client_id, push.cursor());
            let (client, catch_up) = pull.await?;
            return Ok(PushAnswer {
                acked: client.acked,
                rejected: client.rejected,
                catch_up,
            });
        }
        if !push.is_in_order() {
            let text = "Mutations must be numbered from 1 in ascending order.";
            return Err(Error::BadRequest(text.to_owned()));
        }
        let since = push.cursor();
        let first = push.mutations.first().map(|mutation| mutation.seq);
        let begins = push.begins;
        let link = self.writing_link(token).await?;
        let write = Write {
            list: link.list,
            links_version: Some(link.version),
            client: Some(push.client_id),
            begins,
            socket,
            mutations: push.mutations,
            since: Some(since),
            atomic: false,
        };
        let written = self.write(write).await?;
        let Written { outcome, catch_up } = self.explain(token, written).await?;
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
        let link = self.writing_link(token).await?;
        let now = self.store.believed(clock::now(), self.store.running());
        let since = now - i64::from(TRASH_DAYS) * clock::DAY_MS;
        let deleted = self.store.deleted_items(link.list, since, TRASH_ITEMS);
        Ok(deleted.await?)
    }

    async fn apply(
        &self,
        grant: Grant,
        socket: Option<SocketId>,
        ops: Vec<Op<Record>>,
    ) -> Result<Vec<Change<Record>>, Error> {
        let mutations = (1..)
            .zip(ops)
            .map(|(seq, op)| Mutation { seq: Seq(seq), op });
        let write = Write {
            list: grant.list(),
            links_version: Some(grant.links_version()),
            client: None,
            begins: None,
            socket,
            mutations: mutations.collect(),
            since: None,
            atomic: true,
        };
        match self.write(write).await? {
            // The right was given a moment ago, by a link that is perhaps no longer valid.
            Err(StoreError::StaleLink) => Err(Error::UnknownList),
            written => Ok(written?.outcome.changes),
        }
    }

    async fn apply_all(
        &self,
        token: &Token,
        client: ClientId,
        mutations: Vec<Mutation<Record>>,
    ) -> Result<Outcome<Record>, Error> {
        let link = self.writing_link(token).await?;
        let write = Write {
            list: link.list,
            links_version: Some(link.version),
            client: Some(client),
            begins: None,
            socket: None,
            mutations,
            since: None,
            atomic: true,
        };
        let written = self.write(write).await?;
        Ok(self.explain(token, written).await?.outcome)
    }
}
