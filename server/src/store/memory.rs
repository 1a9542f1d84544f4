//! Bounds the memory of the writes that wait for the writer, in total and per list.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};
use uuid::Uuid;

use super::StoreError;

/// Unit in which the memory of waiting writes is counted, in bytes.
const MEMORY_UNIT: usize = 1_024;

/// Writes to one list use at most this fraction of the memory for waiting writes (a quarter),
/// unless it is a single larger one. So writes to other lists always find room.
const LIST_SHARE: usize = 4;

/// A write's share of the memory for waiting writes. Dropping it frees the share.
pub(super) struct Held {
    _memory: Option<OwnedSemaphorePermit>,
    _share: Share,
}

/// The memory for waiting writes. Clones share it.
#[derive(Clone)]
pub(super) struct Memory {
    units: Arc<Semaphore>,
    max_units: usize,
    shares: Arc<Shares>,
}

impl Memory {
    /// Creates a memory of a size in bytes.
    pub(super) fn new(bytes: usize) -> Self {
        let max_units = (bytes / MEMORY_UNIT).max(1);
        Self {
            units: Arc::new(Semaphore::new(max_units)),
            max_units,
            shares: Arc::default(),
        }
    }

    /// Takes a share for a write to a list, of a size in bytes. Waits for it at most this long.
    ///
    /// # Errors
    /// [`StoreError::Busy`]
    pub(super) async fn hold(
        &self,
        list: Uuid,
        bytes: usize,
        wait: Duration,
    ) -> Result<Held, StoreError> {
        let bytes = bytes.max(1);
        let most = self.max_units * MEMORY_UNIT / LIST_SHARE;
        let share = self.shares.take(list, bytes, most);
        let share = share.ok_or(StoreError::Busy)?;
        let units = (bytes / MEMORY_UNIT).clamp(1, self.max_units);
        let units = u32::try_from(units).unwrap_or(u32::MAX);
        let memory = timeout(wait, self.units.clone().acquire_many_owned(units)).await;
        Ok(Held {
            _memory: memory.map_err(|_| StoreError::Busy)?.ok(),
            _share: share,
        })
    }
}

/// Memory of the waiting writes to each list, in bytes.
#[derive(Default)]
struct Shares(Mutex<HashMap<Uuid, usize>>);

/// A write's share of its list's memory.
struct Share {
    of: Arc<Shares>,
    list: Uuid,
    bytes: usize,
}

impl Shares {
    fn take(self: &Arc<Self>, list: Uuid, bytes: usize, most: usize) -> Option<Share> {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = taken.get(&list).copied().unwrap_or_default();
        if before > 0 && before + bytes > most {
            return None;
        }
        taken.insert(list, before + bytes);
        Some(Share {
            of: self.clone(),
            list,
            bytes,
        })
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut taken = self.of.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bytes) = taken.get_mut(&self.list) {
            *bytes -= self.bytes;
            if *bytes == 0 {
                taken.remove(&self.list);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNIT: usize = MEMORY_UNIT;

    async fn hold(memory: &Memory, list: u128, bytes: usize) -> Option<Held> {
        let list = Uuid::from_u128(list);
        memory.hold(list, bytes, Duration::ZERO).await.ok()
    }

    #[tokio::test]
    async fn the_writes_to_one_list_hold_a_quarter_of_the_memory_or_are_one() {
        let memory = Memory::new(64 * UNIT);
        let first = hold(&memory, 1, 15 * UNIT).await.expect("there is room");
        let second = hold(&memory, 1, UNIT).await.expect("it fills the share");
        assert!(hold(&memory, 1, 1).await.is_none());
        assert!(hold(&memory, 2, 1).await.is_some());
        drop(first);
        let third = hold(&memory, 1, 15 * UNIT)
            .await
            .expect("there is room again");
        assert!(hold(&memory, 1, 0).await.is_none(), "any takes a byte");
        drop((second, third));
        let _large = hold(&memory, 1, 20 * UNIT)
            .await
            .expect("it is the only one");
        assert!(hold(&memory, 1, 1).await.is_none());
    }

    #[tokio::test]
    async fn what_is_held_is_counted_in_units_and_given_back() {
        let memory = Memory::new(8 * UNIT);
        let left = || memory.units.available_permits();
        let small = hold(&memory, 1, 1).await;
        assert_eq!(left(), 7);
        let other = hold(&memory, 2, 3 * UNIT).await;
        assert_eq!(left(), 4);
        assert!(
            hold(&memory, 3, 5 * UNIT).await.is_none(),
            "too much is held"
        );
        assert_eq!(left(), 4);
        drop((small, other));
        assert_eq!(left(), 8);
        let all = hold(&memory, 3, 100 * UNIT).await;
        assert_eq!(left(), 0, "more than there is takes all");
        drop(all);
        let shares = memory.shares.0.lock().expect("no test panics with it");
        assert!(shares.is_empty(), "lists that hold nothing are forgotten");
    }
}
