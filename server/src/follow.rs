//! Keeps what is told in step with the store, which other processes may write to as well.

use std::{sync::Arc, time::Duration};

use tokio::time;

use crate::{hub::Hub, store::Store};

/// How often the heads of the lists that somebody listens to are compared with the store's.
const PERIOD: Duration = Duration::from_secs(2);

/// Compares, and tells what is missing, for ever.
pub(crate) async fn follow(store: Store, hub: Arc<Hub>) {
    let mut interval = time::interval(PERIOD);
    interval.set_missed_tick_behavior(time::MissedTickBehavior::Delay);
    loop {
        let is_due = tokio::select! {
            _ = interval.tick() => true,
            () = hub.fallen_behind() => false,
        };
        let followed = store.follow(&hub).await;
        let noted = if is_due {
            store.note(&hub).await
        } else {
            Ok(())
        };
        if let Err(error) = followed.and(noted) {
            tracing::warn!(%error, "other processes' writes could not be looked for");
            // What waits is looked for again, but not without a pause.
            interval.tick().await;
        }
    }
}
