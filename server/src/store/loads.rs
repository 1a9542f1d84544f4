//! Large lists are read beside the writer, so that nobody who writes to another list waits for that.

use std::{collections::HashMap, sync::Arc};

use sqlx::AnyPool;
use tokio::sync::{Semaphore, mpsc};
use uuid::Uuid;

use super::{StoreError, channel::Channel, lists};

/// How many lists are read at once.
pub(super) const AT_ONCE: u32 = 2;

/// How often a list is read beside the writer before the writer reads it: whatever somebody else does
/// to the file in between, it is written to at last.
const TRIES: u32 = 3;

/// A list that was read, or not: `None` if there is no such list.
pub(super) type Loaded = (Uuid, Result<Option<Channel>, StoreError>);

/// Reads lists for the writer.
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

    /// Begins to read a list.
    pub(super) fn begin(&mut self, list: Uuid) {
        *self.tries.entry(list).or_default() += 1;
        let (pool, slots, sender) = (self.pool.clone(), self.slots.clone(), self.sender.clone());
        tokio::spawn(async move {
            let slot = slots.acquire().await;
            let loaded = tokio::spawn(load(pool, list)).await;
            drop(slot);
            // When the writer is gone, nobody needs it.
            let _ = sender.send((list, loaded.unwrap_or(Err(StoreError::Panicked))));
        });
    }

    /// The next list that was read. It waits for ever if none is being read.
    pub(super) async fn next(&mut self) -> Loaded {
        match self.loaded.recv().await {
            Some(loaded) => loaded,
            // There is a sender as long as there is this.
            None => std::future::pending().await,
        }
    }

    /// The next list that was read already.
    pub(super) fn try_next(&mut self) -> Option<Loaded> {
        self.loaded.try_recv().ok()
    }

    /// Whether the writer must read the list itself.
    pub(super) fn is_in_vain(&self, list: Uuid) -> bool {
        self.tries.get(&list).is_some_and(|tries| *tries >= TRIES)
    }

    /// The list was written to.
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
