//! Single items, and some of a list's.

use std::ops::RangeInclusive;

use app::{Item, Record, service::Between};
use sync::{Change, Event, Millis, Row};
use uuid::Uuid;

use super::Source;
use crate::{
    store::{Store, StoreError, items, lists},
    turns::Turn,
};

impl Store {
    /// Returns a live item of a list.
    ///
    /// # Errors
    /// [`StoreError::UnknownList`] for a link that is not valid.
    pub async fn item(
        &self,
        list: impl Into<Source<'_>>,
        id: Uuid,
    ) -> Result<Option<Item>, StoreError> {
        let list = list.into();
        let mut reader = self.read().await?;
        let (list, _) = list.find(&mut reader).await?;
        let row = items::find(&mut reader, list, id).await?;
        Ok(row.filter(|row| !row.destroyed).map(|row| row.model))
    }

    /// Returns the number of live items of a list.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn count_items(&self, list: Uuid) -> Result<usize, StoreError> {
        let mut reader = self.readers.acquire().await?;
        items::count(&mut reader, list).await
    }

    /// Returns the live items of a list whose ids are in a range, the first `most` of them.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn items_between(
        &self,
        list: Uuid,
        ids: RangeInclusive<Uuid>,
        most: u32,
    ) -> Result<Between, StoreError> {
        items::between(&mut *self.read().await?, list, ids, most).await
    }

    /// Returns the items of a list that were deleted since a time, the latest first, at most
    /// `most`.
    ///
    /// # Errors
    /// [`StoreError::UnknownList`]
    pub async fn deleted_items(
        &self,
        list: Uuid,
        since: Millis,
        most: u32,
    ) -> Result<Vec<Change<Record>>, StoreError> {
        let mut turn = Turn::none();
        let rows = loop {
            let mut reader = self.read().await?;
            let stored = lists::find(&mut reader, list).await?;
            stored.ok_or(StoreError::UnknownList)?;
            let weight = turn.weight();
            if let Some(rows) = items::deleted(&mut reader, list, since, most, weight).await? {
                break rows;
            }
            drop(reader);
            turn = self.turns.next().await.map_err(|_| StoreError::Busy)?;
        };
        let change = |row: Row<Item>| Change {
            event: Event::Destroyed,
            row: Record::Item(row.model),
        };
        Ok(rows.into_iter().map(change).collect())
    }
}
