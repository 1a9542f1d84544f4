//! What is newer than a cursor.

use app::{Record, api::Access};
use sqlx::AnyConnection;
use sync::{CatchUp, Change, ClientId, ClientState, Cursor, Model as _};

use super::{Source, changes, snapshot};
use crate::{
    hub::censor,
    store::{Store, StoreError, channel, clients, items, lists},
    turns::Turn,
};

impl Store {
    /// Returns what is newer than a cursor, in the order of versions. Without a cursor, or with one
    /// that cannot be served, it is a reset with all live rows.
    ///
    /// # Errors
    /// [`StoreError::UnknownList`]
    pub async fn catch_up(
        &self,
        list: impl Into<Source<'_>>,
        since: Option<Cursor>,
    ) -> Result<CatchUp<Record>, StoreError> {
        let list = list.into();
        let mut turn = Turn::none();
        loop {
            let mut reader = self.read().await?;
            if let Some(caught_up) = catch_up(&mut reader, list, since, turn.weight()).await? {
                return Ok(caught_up);
            }
            drop(reader);
            turn = self.turns.next().await.map_err(|_| StoreError::Busy)?;
        }
    }

    /// Like [`Store::catch_up`], but if the result exceeds `weight` bytes, returns the list's
    /// newest change instead.
    ///
    /// # Errors
    /// [`StoreError::UnknownList`]
    pub async fn catch_up_within(
        &self,
        list: impl Into<Source<'_>>,
        since: Option<Cursor>,
        weight: usize,
    ) -> Result<Result<CatchUp<Record>, Change<Record>>, StoreError> {
        let list = list.into();
        let mut reader = self.read().await?;
        if let Some(caught_up) = catch_up(&mut reader, list, since, weight).await? {
            return Ok(Ok(caught_up));
        }
        let (list, access) = list.find(&mut reader).await?;
        let stored = lists::find(&mut reader, list).await?;
        let stored = stored.ok_or(StoreError::UnknownList)?;
        let newest = items::newest(&mut reader, list).await?;
        let rows = channel::rows(stored.list, newest);
        let newest = rows.max_by_key(|row| row.model.version());
        let newest = newest.ok_or(StoreError::UnknownList)?;
        let mut newest = Change::from(newest);
        if access == Access::Read {
            censor(&mut newest);
        }
        Ok(Err(newest))
    }

    /// Answers a push without mutations: returns what is recorded of the replica, and what is newer
    /// than its cursor.
    ///
    /// # Errors
    /// [`StoreError::UnknownList`]
    pub async fn pull(
        &self,
        list: impl Into<Source<'_>>,
        client: ClientId,
        since: Cursor,
    ) -> Result<(ClientState, CatchUp<Record>), StoreError> {
        let list = list.into();
        let mut turn = Turn::none();
        loop {
            let mut reader = self.read().await?;
            let caught_up = catch_up(&mut reader, list, Some(since), turn.weight()).await?;
            if let Some(caught_up) = caught_up {
                let (list, _) = list.find(&mut reader).await?;
                let state = clients::find(&mut reader, list, client).await?;
                return Ok((state.unwrap_or_default(), caught_up));
            }
            drop(reader);
            turn = self.turns.next().await.map_err(|_| StoreError::Busy)?;
        }
    }
}

/// Does what [`sync::Authority::since`] does, from the database, unless the result exceeds `weight`
/// bytes.
async fn catch_up(
    reader: &mut AnyConnection,
    list: Source<'_>,
    since: Option<Cursor>,
    weight: usize,
) -> Result<Option<CatchUp<Record>>, StoreError> {
    let (list, access) = list.find(&mut *reader).await?;
    let stored = lists::find(&mut *reader, list).await?;
    let stored = stored.ok_or(StoreError::UnknownList)?;
    let Some(Cursor { version: since, .. }) = since.filter(|since| stored.serves(since)) else {
        return snapshot(reader, stored, weight).await;
    };
    let newer = if since == stored.head {
        Vec::new()
    } else {
        match items::since(&mut *reader, list, (since, stored.head), weight).await? {
            Some(newer) => newer,
            None => return Ok(None),
        }
    };
    let (epoch, head) = (stored.epoch, stored.head);
    let mut rows: Vec<_> = channel::rows(stored.list, newer).collect();
    rows.retain(|row| row.model.version() > since);
    let mut changes = changes(epoch, head, rows);
    if access == Access::Read {
        changes.changes.iter_mut().for_each(censor);
    }
    Ok(Some(changes))
}
