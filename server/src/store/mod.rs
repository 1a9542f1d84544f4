//! Stores lists, their links and items, and the states of replicas. All SQL is in this folder,
//! grouped by noun.
//!
//! Reads use a few connections and see the last commit. Writes go to one task, which commits what
//! is waiting together and publishes to the [`Hub`] in the order of commits: a thousand pushes a
//! second are not a thousand disk syncs.

mod backup;
mod batch;
mod cache;
mod channel;
mod checkpoint;
mod clients;
mod database;
mod error;
mod file;
mod follow;
mod history;
mod items;
mod links;
mod lists;
mod loads;
mod memory;
mod page;
mod probe;
mod prune;
mod queue;
mod read;
mod request;
mod secrets;
mod sharing;
mod sql;
mod staging;
mod waiting;
mod writer;

use std::{
    path::Path,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use app::{
    Title,
    api::Access,
    service::{Links, RequestId},
};
use sqlx::{AnyConnection, AnyPool};
use sync::Millis;
use uuid::Uuid;

pub use backup::{Restored, backup, restore};
pub use error::StoreError;
pub use links::Link;
pub use prune::Pruned;
pub use read::Source;
pub use request::{Write, Written};

use crate::{
    clock::{self, Believed, Clocks},
    hub::Hub,
    turns::{self, Turns},
};
use checkpoint::Checkpoints;
use database::Database;
use file::{Marker, Sharing};
use history::History;
use loads::Loads;
use queue::Queue;
use request::NewList;
use sharing::Deed;

/// Options of a store. The defaults are for production.
#[derive(Clone, Debug)]
pub struct StoreOptions {
    /// Maximum number of writes committed together, and of list creations with them.
    pub max_batch: usize,
    /// Maximum number of requests that wait for the writer.
    pub queue: usize,
    /// Maximum size of the requests that wait for the writer, in bytes.
    pub queue_bytes: usize,
    /// How long a request waits for room in a full queue before it fails.
    pub queue_wait: Duration,
    /// Size of the writer's cache of lists, in bytes.
    pub cache_bytes: usize,
    /// Number of reading connections.
    pub readers: u32,
    /// Length from which the write-ahead log is begun anew, in bytes: one and a half times that while
    /// somebody always reads.
    pub log_bytes: usize,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self {
            max_batch: 256,
            queue: 4_096,
            queue_bytes: 64 * 1024 * 1024,
            queue_wait: Duration::from_secs(2),
            cache_bytes: 256 * 1024 * 1024,
            readers: 4,
            log_bytes: 32 * 1024 * 1024,
        }
    }
}

/// The store. Clones are handles to the same store.
#[derive(Clone)]
pub struct Store {
    database: Database,
    queue: Queue,
    readers: AnyPool,
    links: Arc<links::Known>,
    file: Arc<Path>,
    turns: &'static Turns,
    marker: Arc<Marker>,
    /// The history as last recorded in the marker file.
    noted: Arc<Mutex<Option<History>>>,
    believed: Believed,
    opened: Instant,
}

impl Store {
    /// Opens the database, or creates it, and migrates its schema. Commits are published to the
    /// hub. If an older copy of the file has been put back since it was last used, its history gets
    /// a new epoch.
    ///
    /// # Errors
    /// If the URL does not name a file of SQLite, or the file cannot be used.
    pub async fn open(url: &str, options: StoreOptions, hub: Arc<Hub>) -> Result<Self, StoreError> {
        let database = Database::parse(url)?;
        let file: Arc<Path> = database.file()?.into();
        let marker = Marker::open(&file, Sharing::Shared)?;
        file::protect(&file)?;
        let mut connection = database.connect().await?;
        database::migrate(&mut connection).await?;
        let is_new = history::ensure(&mut connection).await?;
        if !is_new {
            renew_if_put_back(&mut connection, &marker).await?;
        }
        marker.write(history::read(&mut connection).await?)?;
        secrets::ensure(&mut connection).await?;
        let (believed, last_write) = history::times(&mut connection).await?;
        staging::clear(&mut connection).await?;
        let readers = database.readers(options.readers).await?;
        let loads = Loads::new(database.readers(loads::AT_ONCE).await?);
        let checkpoints = Checkpoints::new(
            database.clone(),
            database.connect().await?,
            options.log_bytes,
        );
        let clocks = Clocks {
            written: clock::Steady::from(believed.unwrap_or_default()),
            believed: Believed::new(believed.or(last_write).unwrap_or_else(clock::now)),
            since: Instant::now(),
        };
        let links: Arc<links::Known> = Arc::default();
        let beside = writer::Beside {
            loads,
            checkpoints,
            links: links.clone(),
        };
        Ok(Self {
            believed: clocks.believed,
            opened: clocks.since,
            queue: writer::start(database.clone(), connection, beside, hub, &options, clocks),
            database,
            readers,
            links,
            file,
            turns: turns::of_machine(),
            marker: Arc::new(marker),
            noted: Arc::default(),
        })
    }

    /// Returns the database's file.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Creates a list and its two links. A repeated request returns those that are there.
    ///
    /// # Errors
    /// If it cannot be stored; [`sync::Refusal::Destroyed`] if it was created before and deleted since.
    pub async fn create_list(
        &self,
        request: Option<RequestId>,
        title: Title,
    ) -> Result<Links, StoreError> {
        let links = Links {
            token: links::new_token()?,
            view_token: links::new_token()?,
            title: title.to_string(),
            is_new: true,
        };
        let id = request.map_or_else(Uuid::now_v7, links::list_of);
        let list = NewList {
            id,
            title,
            token: links.token.clone(),
            view_token: links.view_token.clone(),
            may_exist: request.is_some(),
        };
        if self.queue.create(list).await? {
            Ok(links)
        } else {
            self.first_links_of(id).await
        }
    }

    /// Replaces one of a list's links, by a link that may write. Whoever is connected by the old one is cut
    /// off. Returns both links.
    ///
    /// # Errors
    /// [`StoreError::StaleLink`] if `by` is no longer valid.
    pub async fn replace_link(&self, by: Link, access: Access) -> Result<Links, StoreError> {
        let token = links::new_token()?;
        let deed = Deed::Replace { by, access, token };
        self.queue.share(deed).await?;
        self.links_of(by.list).await
    }

    /// Restores a deleted list, by its link that may write.
    ///
    /// # Errors
    /// [`StoreError::StaleLink`] if `by` is no longer valid, or the list is not deleted.
    pub async fn restore_list(&self, by: Link) -> Result<(), StoreError> {
        self.queue.share(Deed::Restore { by }).await
    }

    /// Takes mutations. When it returns, they are durable and published.
    ///
    /// # Errors
    /// [`StoreError::UnknownList`]; [`StoreError::StaleLink`] if the link by which it is written is no longer
    /// valid; [`StoreError::Busy`] if too much is waiting.
    pub async fn write(&self, write: Write) -> Result<Written, StoreError> {
        let (list, since) = (write.list, write.since);
        let mut written = self.queue.write(write).await?;
        if written.catch_up.is_none() && since.is_some() {
            written.catch_up = Some(self.catch_up(list, since).await?);
        }
        Ok(written)
    }

    /// Deletes for good what was deleted more than 30 days before `now`, and old states of
    /// replicas. Does a part of it, so that others do not wait.
    ///
    /// # Errors
    /// If it cannot be committed. Then nothing was deleted.
    pub async fn prune(&self, now: Millis) -> Result<Pruned, StoreError> {
        self.queue.prune(now).await
    }

    /// Returns the time by which data is deleted for good, given the store's uptime and the system
    /// time. A clock that has jumped ahead is not believed at once.
    pub fn believed(&self, now: Millis, running: Duration) -> Millis {
        self.believed.read(now, running)
    }

    /// Returns how long the store has been open.
    pub fn running(&self) -> Duration {
        self.opened.elapsed()
    }

    /// Returns the number of transactions since the store was opened. Compared with the number of
    /// writes, it shows how well they are grouped.
    pub fn commits(&self) -> u64 {
        self.queue.commits()
    }

    /// Commits what is waiting, and closes the database. Later calls fail.
    pub async fn close(&self) {
        // So that a server that never runs for an hour prunes, too.
        let pruned = self
            .prune(self.believed(clock::now(), self.running()))
            .await;
        self.queue.close().await;
        if let Err(error) = pruned.and(self.mark().await) {
            tracing::warn!(%error, "the state of the database was not noted beside it");
        }
        self.readers.close().await;
        self.marker.release();
    }

    async fn mark(&self) -> Result<(), StoreError> {
        let history = history::read(&mut *self.readers.acquire().await?).await?;
        Ok(self.marker.write(history)?)
    }
}

/// Gives the history a new epoch if an older copy of the file was put back.
async fn renew_if_put_back(
    connection: &mut AnyConnection,
    marker: &Marker,
) -> Result<(), StoreError> {
    let (seen, found) = history::compare(&mut *connection, || marker.read()).await?;
    if let Some(seen) = seen
        && found.is_put_back(seen)
    {
        history::renew(&mut *connection, found.epoch, seen.commits).await?;
        tracing::warn!(
            "the database is an older copy than the one that was last used here; open pages will load it anew"
        );
    }
    Ok(())
}
