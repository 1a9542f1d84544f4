//! Drives large writes step by step, between the batches: see [`staging`].

use std::{panic::AssertUnwindSafe, sync::atomic::Ordering};

use futures_util::FutureExt as _;
use tokio::task::{self, JoinHandle};
use uuid::Uuid;

use super::Writer;
use crate::{
    background,
    store::staging::{self, Decided, Next, Staging, Storing},
};

impl Writer {
    /// Does the next step of the large write under way, or starts the next one.
    pub(super) async fn stage(&mut self) {
        match self.staging.take() {
            Some(Staging::Storing(storing)) => self.store_staged(storing).await,
            Some(Staging::Telling(telling)) => {
                let list = telling.list();
                let next = telling.tell(&self.hub);
                self.follow_up(list, next);
                // This step does not wait for the database, so let others run.
                task::yield_now().await;
            }
            None if self.deciding.is_none() => {
                if let Some(list) = self.waiting.next_large() {
                    self.begin_large(list);
                }
            }
            None => {}
        }
    }

    /// Starts deciding on a list's first write, a large one, beside the writer.
    fn begin_large(&mut self, list: Uuid) {
        if self.loads.is_in_vain(list) {
            self.waiting.hurry(list);
            return;
        }
        let Some(channel) = self.cache.take(list) else {
            if let Some(asker) = self.waiting.asker(list) {
                self.waiting.hold_up(list);
                self.loads.begin(list, asker);
            }
            return;
        };
        if let Some(entry) = self.waiting.take(list) {
            self.waiting.hold_up(list);
            let now = self.clocks.read().written;
            let decide = move || background::run(|| staging::decide(entry, channel, now));
            self.deciding = Some((list, task::spawn_blocking(decide)));
        }
    }

    /// Continues with a decided write.
    pub(super) fn decide(&mut self, list: Uuid, decided: Option<Decided>) {
        match decided.map(Staging::new) {
            Some(Ok(staging)) => self.staging = Some(staging),
            Some(Err(channel)) => {
                if let Some(channel) = channel {
                    self.cache.put(list, *channel);
                }
                self.waiting.let_go(list);
            }
            None => self.waiting.let_go(list),
        }
    }

    async fn store_staged(&mut self, storing: Storing) {
        let list = storing.list();
        let now = self.clocks.read();
        let mut connection = match self.connection().await {
            Ok(connection) => connection,
            Err(error) => {
                storing.fail(error);
                return self.waiting.let_go(list);
            }
        };
        let stored = storing.store(&mut connection, &mut self.cache, now);
        match AssertUnwindSafe(stored).catch_unwind().await {
            Ok(Ok(next)) => {
                self.connection = Some(connection);
                self.commits.fetch_add(1, Ordering::Relaxed);
                self.follow_up(list, next);
            }
            Ok(Err((entry, error))) => {
                entry.answer(Err(error));
                self.waiting.let_go(list);
            }
            // The reply is dropped, which the caller sees as an error.
            Err(_) => {
                tracing::error!("a large write panicked");
                self.waiting.let_go(list);
            }
        }
    }

    fn follow_up(&mut self, list: Uuid, next: Next) {
        match next {
            Next::GoOn(staging) => self.staging = Some(staging),
            Next::Done => {
                self.loads.forget(list);
                self.waiting.let_go(list);
            }
            Next::Anew(entry) => {
                self.waiting.give_back(vec![entry]);
                self.waiting.let_go(list);
            }
        }
    }
}

/// Waits for the decision on a large write, which is `None` if deciding panicked. Waits forever if
/// there is none.
pub(super) async fn decision(
    deciding: &mut Option<(Uuid, JoinHandle<Decided>)>,
) -> (Uuid, Option<Decided>) {
    let Some((list, decided)) = deciding else {
        return std::future::pending().await;
    };
    let (list, decided) = (*list, decided.await.ok());
    *deciding = None;
    (list, decided)
}
