//! Loads large lists beside the writer, so that writes to other lists do not wait.

use std::{collections::HashMap, sync::Arc};

use sqlx::AnyPool;
use tokio::sync::mpsc;
use uuid::Uuid;

use super::{StoreError, channel::Channel, lists};
use crate::{client::Network, turns::Turns};

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
    turns: Arc<Turns>,
    sender: mpsc::UnboundedSender<Loaded>,
    loaded: mpsc::UnboundedReceiver<Loaded>,
    tries: HashMap<Uuid, u32>,
}

impl Loads {
    pub(super) fn new(pool: AnyPool) -> Self {
        let (sender, loaded) = mpsc::unbounded_channel();
        Self {
            pool,
            turns: Arc::new(Turns::new(AT_ONCE as usize)),
            sender,
            loaded,
            tries: HashMap::new(),
        }
    }

    /// Starts loading a list, which a client writes to. Clients take turns, so that one who writes to many
    /// lists only waits for itself.
    pub(super) fn begin(&mut self, list: Uuid, asker: Network) {
        *self.tries.entry(list).or_default() += 1;
        let (pool, turns, sender) = (self.pool.clone(), self.turns.clone(), self.sender.clone());
        tokio::spawn(async move {
            let loaded = match turns.next_of(asker).await {
                Ok(_turn) => {
                    let loaded = tokio::spawn(load(pool, list)).await;
                    loaded.unwrap_or(Err(StoreError::Panicked))
                }
                Err(_) => Err(StoreError::Busy),
            };
            // Without a writer, nobody needs the list.
            let _ = sender.send((list, loaded));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::database::{self, Database};

    fn client(last: u8) -> Network {
        Network::of([192, 0, 2, last].into())
    }

    #[tokio::test]
    async fn a_client_that_writes_to_many_lists_makes_no_other_wait_for_all_of_them() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let url = format!("sqlite://{}", folder.path().join("x.db").display());
        let database = Database::parse(&url).expect("a good URL");
        let mut connection = database.connect().await.expect("the file is created");
        let migrated = database::migrate(&mut connection).await;
        migrated.expect("a new file can be migrated");
        let pool = database.readers(AT_ONCE).await.expect("it is there");
        let mut loads = Loads::new(pool);
        let mut held = Vec::new();
        for _ in 0..AT_ONCE {
            held.push(loads.turns.next_of(client(0)).await.expect("free"));
        }
        for list in 1..=60 {
            loads.begin(Uuid::from_u128(list), client(1));
        }
        let other = Uuid::from_u128(100);
        loads.begin(other, client(2));
        // They wait once they have run, and the runtime may come back here before all have.
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        drop(held);
        let mut before = 0;
        while loads.next().await.0 != other {
            before += 1;
        }
        // Some finish sooner although they began later.
        assert!(before < 30, "{before} lists were loaded before");
        loads.close().await;
    }
}
