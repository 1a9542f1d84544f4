//! Commits what is waiting, in batches.

use std::{panic::AssertUnwindSafe, sync::atomic::Ordering};

use futures_util::FutureExt as _;

use super::{
    Writer,
    requests::{Answers, Requests},
};
use crate::{
    hub,
    store::{
        StoreError,
        batch::{self, Asked, Committed},
        request::{NewList, Taken},
        waiting::Entry,
    },
};

impl Writer {
    /// Commits the next small requests together.
    pub(super) async fn serve(&mut self) {
        let batch = Requests {
            creations: self.waiting.next_creations(self.max_batch),
            entries: self.waiting.next_batch(self.max_batch),
        };
        self.serve_together(batch).await;
    }

    /// Commits the next heavy writes.
    pub(super) async fn serve_heavy(&mut self) {
        let batch = Requests {
            creations: Vec::new(),
            entries: self.waiting.next_heavy(),
        };
        self.serve_together(batch).await;
    }

    /// Commits requests together. If that fails for a reason that may be one request's
    /// own, each is committed alone, so that only that one fails.
    async fn serve_together(&mut self, batch: Requests) {
        if batch.len() == 0 {
            return;
        }
        match self.commit(&batch).await {
            Ok(answers) => {
                let left = batch.answer(answers);
                self.waiting.give_back(left);
            }
            Err(error) if error.is_transient() || batch.len() == 1 => batch.fail(&error),
            Err(error) => {
                tracing::warn!(%error, requests = batch.len(), "a batch failed; one by one now");
                let mut left: Vec<Entry> = Vec::new();
                for single in batch.split() {
                    // Writes to one list keep their order.
                    let lists: Vec<_> = single
                        .entries
                        .iter()
                        .map(|entry| entry.write.list)
                        .collect();
                    if left.iter().any(|left| lists.contains(&left.write.list)) {
                        left.extend(single.entries);
                        continue;
                    }
                    match self.commit(&single).await {
                        Ok(answers) => left.extend(single.answer(answers)),
                        Err(error) => single.fail(&error),
                    }
                }
                self.waiting.give_back(left);
            }
        }
    }

    /// Commits a transaction, and publishes it. Writes that had no turn have no answer.
    async fn commit(&mut self, batch: &Requests) -> Result<Answers, StoreError> {
        let creations = batch.creations.iter().map(|creation| &creation.list);
        let creations: Vec<&NewList> = creations.collect();
        let writes: Vec<Asked<'_>> = batch
            .entries
            .iter()
            .map(|entry| Asked {
                write: &entry.write,
                weight: entry.weight(),
            })
            .collect();
        let now = self.clocks.read();
        let mut connection = self.connection().await?;
        // A panic discards the connection and its transaction. The batch has taken its lists out of
        // the cache, so they are discarded, too.
        let hurry = |list| self.loads.is_in_vain(list);
        let cache = &mut self.cache;
        let done = batch::commit(&mut connection, cache, &creations, &writes, now, hurry);
        let Committed {
            created,
            answers,
            cold,
        } = AssertUnwindSafe(done)
            .catch_unwind()
            .await
            .unwrap_or(Err(StoreError::Panicked))?;
        self.connection = Some(connection);
        self.commits.fetch_add(1, Ordering::Relaxed);
        hub::guarded(|| self.tell(&writes, &answers));
        for (asked, answer) in writes.iter().zip(&answers) {
            if answer.is_some() {
                self.loads.forget(asked.write.list);
            }
        }
        for entry in &batch.entries {
            let list = entry.write.list;
            if cold.contains(&list) && self.waiting.hold_up(list) {
                self.loads.begin(list, entry.asker);
            }
        }
        Ok(Answers {
            created,
            written: answers,
        })
    }

    fn tell(&self, writes: &[Asked<'_>], answers: &[Option<Taken>]) {
        for (Asked { write, .. }, answer) in writes.iter().zip(answers) {
            if let Some(outcome) = answer.as_ref().and_then(Taken::outcome)
                && !outcome.changes.is_empty()
            {
                let (changes, cause) = (&outcome.changes, write.socket.as_ref());
                self.hub.publish(write.list, changes, cause);
            }
        }
    }
}
