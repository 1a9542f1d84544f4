//! Publishes what other processes write to the store.

use std::{sync::Arc, time::Duration};

use tokio::time;

use crate::{hub::Hub, store::Store};

/// Interval at which all lists with listeners are compared with the store. Whoever listens by a link that
/// another process has replaced is to be cut off within a second.
const FOLLOW_INTERVAL: Duration = Duration::from_millis(600);

/// Interval at which the state of the database's history is noted beside it, if it has changed.
const NOTE_INTERVAL: Duration = Duration::from_secs(2);

/// Compares the hub with the store and publishes what is missing. Never returns.
pub(crate) async fn follow(store: Store, hub: Arc<Hub>) {
    let [mut interval, mut noting] = [FOLLOW_INTERVAL, NOTE_INTERVAL].map(|period| {
        let mut interval = time::interval(period);
        interval.set_missed_tick_behavior(time::MissedTickBehavior::Delay);
        interval
    });
    loop {
        let done = tokio::select! {
            _ = noting.tick() => store.note(&hub).await,
            _ = interval.tick() => store.follow(&hub).await,
            () = hub.fallen_behind() => store.follow(&hub).await,
        };
        if let Err(error) = done {
            tracing::warn!(%error, "looking for other processes' writes failed");
            // Retry, but only after a pause.
            interval.tick().await;
        }
    }
}
