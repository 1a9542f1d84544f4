//! Publishes what other processes have written.

use std::{collections::HashMap, sync::PoisonError};

use app::Record;
use sync::{CatchUp, Change, Event, Version};
use uuid::Uuid;

use super::{Store, StoreError, history, links, lists};
use crate::{
    hub::{Hub, Progress},
    turns,
};

impl Store {
    /// Compares what the hub has delivered with what is stored, publishes what other processes have written,
    /// and cuts off who listens by a link that another process has replaced.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn follow(&self, hub: &Hub) -> Result<(), StoreError> {
        let told = hub.progress();
        let mut reader = self.readers.acquire().await?;
        let ids: Vec<Uuid> = told.iter().map(|told| told.list).collect();
        let heads = lists::heads(&mut reader, &ids).await?.into_iter();
        let heads: HashMap<Uuid, lists::Head> = heads.map(|head| (head.list, head)).collect();
        for told in &told {
            if let Some(head) = heads.get(&told.list)
                && head.links_version != told.links_version
            {
                let tokens = links::tokens(&mut reader, told.list).await?;
                hub.keep_links(told.list, &tokens, head.links_version);
            }
        }
        drop(reader);
        for Progress { list, told, .. } in told {
            let Some(told) = told else {
                if !heads.contains_key(&list) {
                    hub.end_list(list);
                }
                continue;
            };
            let missing = match heads.get(&list) {
                Some(head) if head.version <= told => continue,
                Some(_) => self.missing(list, told).await?,
                None => self.deletion(list).await?,
            };
            self.queue.tell(list, missing).await?;
        }
        Ok(())
    }

    /// Returns what listeners of a list have missed. If that is too much, or cannot be read, they are
    /// disconnected, and come back with their cursors: no other list waits.
    async fn missing(&self, list: Uuid, told: Version) -> Result<CatchUp<Record>, StoreError> {
        let caught_up = self.catch_up_within(list, Some(told.into()), turns::LARGE);
        match caught_up.await {
            Ok(Ok(caught_up)) => Ok(caught_up),
            Ok(Err(newest)) => Ok(reset(newest.version())),
            Err(StoreError::UnknownList) => self.deletion(list).await,
            Err(error) if error.is_corrupt() => {
                tracing::error!(%error, "a list that is listened to cannot be read");
                Ok(reset(told))
            }
            Err(error) => Err(error),
        }
    }

    /// Returns the deletion of a list, as its listeners are to receive it.
    async fn deletion(&self, list: Uuid) -> Result<CatchUp<Record>, StoreError> {
        let destroyed = lists::destroyed(&mut *self.readers.acquire().await?, list).await?;
        let change = destroyed.map(|row| Change {
            event: Event::Destroyed,
            row: Record::List(row),
        });
        Ok(CatchUp {
            head: change.as_ref().map_or(Version::ZERO, Change::version),
            epoch: None,
            // Once pruned, not even the deletion is left to be delivered.
            reset: change.is_none(),
            changes: change.into_iter().collect(),
        })
    }

    /// Records the state of the database's history in the marker file, by which a copied-back file
    /// is detected. If the epoch has changed while the store is open, all listeners are cut.
    ///
    /// # Errors
    /// If the database cannot be read, or the file cannot be written.
    pub async fn note(&self, hub: &Hub) -> Result<(), StoreError> {
        let history = history::read(&mut *self.readers.acquire().await?).await?;
        let before = {
            let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
            noted.replace(history)
        };
        if before.is_some_and(|before| before.epoch != history.epoch) {
            hub.cut_all();
        }
        if before != Some(history) {
            self.marker.write(history)?;
        }
        Ok(())
    }
}

/// Returns a catch-up that disconnects all listeners of a list.
fn reset(head: Version) -> CatchUp<Record> {
    CatchUp {
        head,
        epoch: None,
        reset: true,
        changes: Vec::new(),
    }
}
