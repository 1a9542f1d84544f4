//! The lists of a batch, before it.

use std::collections::{BTreeSet, HashMap};

use sqlx::AnyConnection;
use uuid::Uuid;

use crate::store::{StoreError, cache::Cache, channel::Channel, clients, items, lists};

/// Whether a list loads so quickly that others can wait for it.
pub(super) async fn is_small(
    connection: &mut AnyConnection,
    list: Uuid,
) -> Result<bool, StoreError> {
    Ok(clients::are_few(connection, list).await? && items::are_small(connection, list).await?)
}

/// The existing lists of a batch.
pub(super) type Channels = HashMap<Uuid, Result<Channel, StoreError>>;

/// Locks the lists that are written to, and loads those that are not cached or stale. Large ones
/// among them become `cold`.
pub(super) async fn open(
    connection: &mut AnyConnection,
    cache: &mut Cache,
    lists: &[Uuid],
    cold: &mut BTreeSet<Uuid>,
    hurry: impl Fn(Uuid) -> bool,
) -> Result<Channels, StoreError> {
    let mut channels = HashMap::with_capacity(lists.len());
    for stored in lists::lock(connection, lists).await? {
        let list = stored.list.id;
        let cached = cache.take(list);
        let cached = cached.filter(|channel| channel.is_current(&stored));
        if stored.is_staging {
            // Somebody's large write, which ended before it was shown, or will find that it is too late.
            items::delete_staged(connection, list, stored.head).await?;
            lists::set_staging(connection, list, stored.revision, false).await?;
        }
        let channel = match cached {
            Some(channel) => Ok(Channel {
                revision: stored.revision,
                links_version: stored.links_version,
                authority: channel.authority.with_epoch(stored.epoch),
            }),
            None if !hurry(list) && !is_small(connection, list).await? => {
                cold.insert(list);
                continue;
            }
            None => match Channel::load(connection, stored).await {
                Err(error) if !error.is_corrupt() => return Err(error),
                loaded => loaded,
            },
        };
        channels.insert(list, channel);
    }
    Ok(channels)
}
