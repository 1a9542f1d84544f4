//! Deletes the content of deleted lists in small parts, so that nobody waits. It is unreachable
//! already.

use std::collections::VecDeque;

use sqlx::{AnyConnection, Connection as _};
use uuid::Uuid;

use super::{StoreError, clients, items};

/// Maximum number of rows that one commit deletes.
const ROWS: u64 = 32;

/// Deleted lists with content left to delete.
#[derive(Default)]
pub(super) struct Sweep(VecDeque<Uuid>);

impl Sweep {
    pub(super) fn new(lists: Vec<Uuid>) -> Self {
        Self(lists.into())
    }

    pub(super) fn add(&mut self, lists: Vec<Uuid>) {
        self.0.extend(lists);
    }

    pub(super) fn is_done(&self) -> bool {
        self.0.is_empty()
    }

    /// Deletes some rows of the first list, which is done with the last row.
    ///
    /// # Errors
    /// If that cannot be committed. Then the rest is deleted when the database is next opened.
    pub(super) async fn go_on(&mut self, connection: &mut AnyConnection) -> Result<(), StoreError> {
        let Some(list) = self.0.pop_front() else {
            return Ok(());
        };
        let mut transaction = connection.begin().await?;
        let mut removed = items::delete_some(&mut transaction, list, ROWS).await?;
        if removed < ROWS {
            removed += clients::delete_some(&mut transaction, list, ROWS).await?;
        }
        transaction.commit().await?;
        if removed >= ROWS {
            self.0.push_back(list);
        }
        Ok(())
    }
}
