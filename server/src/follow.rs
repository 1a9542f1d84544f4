//! Publishes what other processes write to the store.

use std::{sync::Arc, time::Duration};

use tokio::time;

use crate::{hub::Hub, store::Store};

/// Interval at which the heads of all lists with listeners are compared with the store.
const FOLLOW_INTERVAL: Duration = Duration::from_secs(2);

/// Compares the hub with the store and publishes what is missing. Never returns.
pub(crate) async fn follow(store: Store, hub: Arc<Hub>) {
    let mut interval = time::interval(FOLLOW_INTERVAL);
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
            tracing::warn!(%error, "looking for other processes' writes failed");
            // Retry, but only after a pause.
            interval.tick().await;
        }
    }
}
