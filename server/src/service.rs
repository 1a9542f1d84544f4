//! What the app asks of the server: parses, authorizes, and passes on to the store.

use std::sync::Arc;

use app::{
    Error, Item, List, Record, Title,
    api::{Access, Opened},
    service::{Grant, Links, Service, TRASH_DAYS, TRASH_ITEMS, Token},
};
use async_trait::async_trait;
use sync::{
    CatchUp, Change, ClientId, Cursor, MAX_MUTATIONS, Model, Mutation, Op, Outcome, Push,
    PushAnswer, Refusal, pusher::SocketId,
};
use uuid::Uuid;

use crate::store::{Link, Store, StoreError, Write, Written};
use crate::{clock, disk::Disk};

/// Tandem, as the pages, the server functions and the REST interface use it.
#[derive(Clone)]
pub struct Tandem {
    store: Store,
    disk: Arc<Disk>,
}

impl Tandem {
    /// The service over a store, which tells its hub what it commits.
    pub fn new(store: Store) -> Self {
        Self {
            store,
            disk: Arc::default(),
        }
    }

    /// The same, which refuses writes while this disk is nearly full.
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

    /// The store behind it.
    pub fn store(&self) -> &Store {
        &self.store
    }

    async fn link(&self, token: &Token) -> Result<Link, StoreError> {
        let link = self.store.known_link(token).await?;
        link.ok_or(StoreError::UnknownList)
    }

    /// Writes to a list, which the caller may.
    async fn write(&self, write: Write) -> Result<Written, Error> {
        self.require_space()?;
        let most = if write.atomic {
            // A whole list, and its title.
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

/// Refuses a link that only reads. Such a link may be from memory: if its list was destroyed since, it is
/// unknown like any other.
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
    async fn create_list(&self, title: Option<String>) -> Result<Links, Error> {
        let title = match Title::parse(title.as_deref().unwrap_or_default()) {
            Err(Refusal::Blank { .. }) => Title::parse(List::DEFAULT_TITLE)?,
            title => title?,
        };
        self.require_space()?;
        Ok(self.store.create_list(title).await?)
    }

    async fn authorize(&self, token: &Token) -> Result<Grant, Error> {
        // Not from memory: who asks may have nothing else to ask, and must hear of a list's end.
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

    async fn item(&self, token: &Token, id: Uuid) -> Result<Item, Error> {
        let link = self.link(token).await?;
        let item = self.store.item(link.list, id).await?;
        item.ok_or(Error::UnknownItem)
    }

    async fn count_items(&self, grant: Grant) -> Result<usize, Error> {
        Ok(self.store.count_items(grant.list()).await?)
    }

    async fn was_destroyed(&self, token: &Token) -> Result<bool, Error> {
        Ok(self.store.was_destroyed(token).await?)
    }

    async fn changes(&self, token: &Token, since: Cursor) -> Result<CatchUp<Record>, Error> {
        let link = self.link(token).await?;
        Ok(self.store.catch_up(link.list, Some(since)).await?)
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
            // A tab of before outboxes said where they begin would send the same again at once, for ever.
            // To this it waits, keeps what it has, and once it is reloaded says what is missing.
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
