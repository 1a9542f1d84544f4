//! Loads large lists beside the writer, so that writes to other lists do not wait.

use std::{collections::HashMap, sync::Arc};

use sqlx::AnyPool;
use tokio::sync::{Semaphore, mpsc};
use uuid::Uuid;

use super::{StoreError, channel::Channel, lists};

/// Maximum number of lists loaded at once.
pub(super) const AT_ONCE: u32 = 2;

/// Number of attempts to load a list beside the writer. After that the writer loads it, so that
/// another process that keeps writing cannot starve it.
const TRIES: u32 = 3;

/// The result of loading a list: `None` if there is no such list.
pub(super) type Loaded = (Uuid, Result<Option<Channel>, StoreError>);

/// Loads lists for the writer.
pub(super) struct Loads {
    pool: AnyPool,
    slots: Arc<Semaphore>,
    sender: mpsc::UnboundedSender<Loaded>,
    loaded: mpsc::UnboundedReceiver<Loaded>,
    tries: HashMap<Uuid, u32>,
}

impl Loads {
    pub(super) fn new(pool: AnyPool) -> Self {
        let (sender, loaded) = mpsc::unbounded_channel();
        Self {
            pool,
            slots: Arc::new(Semaphore::new(AT_ONCE as usize)),
            sender,
            loaded,
            tries: HashMap::new(),
        }
    }

    /// Starts loading a list.
    pub(super) fn begin(&mut self, list: Uuid) {
        *self.tries.entry(list).or_default() += 1;
        let (pool, slots, sender) = (self.pool.clone(), self.slots.clone(), self.sender.clone());
        tokio::spawn(async move {
            let slot = slots.acquire().await;
            let loaded = tokio::spawn(load(pool, list)).await;
            drop(slot);
            // Without a writer, nobody needs the list.
            let _ = sender.send((list, loaded.unwrap_or(Err(StoreError::Panicked))));
        });
    }

    /// Waits for the next loaded list; forever if none is being loaded.
    pub(super) async fn next(&mut self) -> Loaded {
        match self.loaded.recv().await {
            Some(loaded) => loaded,
            // `self` holds a sender, so the channel is open.
            None => std::future::pending().await,
        }
    }

    /// Returns the next loaded list, without waiting.
    pub(super) fn try_next(&mut self) -> Option<Loaded> {
        self.loaded.try_recv().ok()
    }

    /// Whether the writer must load the list itself.
    pub(super) fn is_in_vain(&self, list: Uuid) -> bool {
        self.tries.get(&list).is_some_and(|tries| *tries >= TRIES)
    }

    /// Notes that the list has been written to.
    pub(super) fn forget(&mut self, list: Uuid) {
        self.tries.remove(&list);
    }

    pub(super) async fn close(self) {
        self.pool.close().await;
    }
}

async fn load(pool: AnyPool, list: Uuid) -> Result<Option<Channel>, StoreError> {
    let mut reader = pool.begin().await?;
    match lists::find(&mut reader, list).await? {
        Some(stored) => Channel::load(&mut reader, stored).await.map(Some),
        None => Ok(None),
    }
}
