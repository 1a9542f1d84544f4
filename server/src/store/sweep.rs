//! What a destroyed list held goes a part at a time: nobody can reach it, and others need not wait.

use std::collections::VecDeque;

use sqlx::{AnyConnection, Connection as _};
use uuid::Uuid;

use super::{StoreError, clients, items};

/// Most rows that one commit removes.
const ROWS: u64 = 32;

/// Destroyed lists of which something is left to remove.
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

    /// Removes some of the rows of the first list, and lets go of it with the last.
    ///
    /// # Errors
    /// When that cannot be committed. The list is looked at again when the database is next opened.
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
