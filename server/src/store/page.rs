//! Reads what changed since a cursor page by page.
//!
//! Versions order all rows, so a page ends at a version, and the next begins there. Rows that change
//! meanwhile get later versions, and so come on a later page.

use app::{
    api::Access,
    service::{Page, PageStart},
};
use sync::{CatchUp, Change, Cursor, Version};

use super::{
    Source, Store, StoreError, channel,
    items::{self, Part},
    lists,
};
use crate::hub::censor;

/// Size of a page, in bytes. A page holds at least one row, whatever its size.
const PAGE_WEIGHT: usize = 384 * 1024;

impl Store {
    /// Returns a page of what changed, with at most `limit` changes. Without a place to begin, or with
    /// one that cannot be served, it is the first page of all live rows, and a reset.
    ///
    /// # Errors
    /// [`StoreError::UnknownList`]
    pub async fn page(
        &self,
        list: impl Into<Source<'_>>,
        from: Option<PageStart>,
        limit: usize,
    ) -> Result<Page, StoreError> {
        let list = list.into();
        let mut reader = self.read().await?;
        let (list, access) = list.find(&mut reader).await?;
        let stored = lists::find(&mut reader, list).await?;
        let stored = stored.ok_or(StoreError::UnknownList)?;
        let (head, epoch) = (stored.head, Some(stored.epoch));
        let served = from.filter(|from| stored.serves(&from.since) && from.after <= head);
        // Who begins with nothing needs to know of no deletion up to now.
        let from = served.unwrap_or(PageStart {
            since: Cursor {
                epoch,
                version: head,
            },
            after: Version::ZERO,
        });
        let part = Part {
            after: from.after,
            destroyed_after: from.since.version,
            head,
        };
        let (items, are_more) = items::page(&mut reader, list, part, limit, PAGE_WEIGHT).await?;
        let end = items
            .last()
            .filter(|_| are_more)
            .map(|row| row.model.version);
        let rows = channel::rows(stored.list, items);
        let mut changes: Vec<_> = rows.map(|row| Change::of(&row)).collect();
        // The list's own row has its place among the items.
        changes.retain(|change| {
            change.version() > from.after && end.is_none_or(|end| change.version() <= end)
        });
        changes.sort_unstable_by_key(Change::version);
        let is_last = !are_more && changes.len() <= limit;
        changes.truncate(limit);
        if access == Access::Read {
            changes.iter_mut().for_each(censor);
        }
        let end = changes.last().filter(|_| !is_last).map(Change::version);
        Ok(Page {
            part: CatchUp {
                head: end.unwrap_or(head),
                epoch,
                reset: served.is_none(),
                changes,
            },
            next: end.map(|end| PageStart {
                since: Cursor {
                    epoch,
                    version: from.since.version.max(end),
                },
                after: end,
            }),
        })
    }
}
