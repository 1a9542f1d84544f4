//! Reads. Each call sees one commit, whatever is written meanwhile.

use std::ops::RangeInclusive;

use app::{
    Item, Record,
    api::{Access, Opened},
    service::{Between, Links, Token},
};
use sqlx::{Any, AnyConnection, Transaction};
use sync::{
    CatchUp, Change, ClientId, ClientState, Cursor, Epoch, Event, Millis, Model as _, Refusal, Row,
    Version,
};
use uuid::Uuid;

use super::{Link, Store, StoreError, channel, clients, items, links, lists};
use crate::{hub::censor, turns::Turn};

/// The list to read. By a link, it is read as far as that allows, in the transaction that finds the link
/// valid.
#[derive(Clone, Copy, Debug)]
pub enum Source<'a> {
    /// The list with this id.
    List(Uuid),
    /// The list of this token.
    Link(&'a Token),
}

impl From<Uuid> for Source<'_> {
    fn from(list: Uuid) -> Self {
        Self::List(list)
    }
}

impl<'a> From<&'a Token> for Source<'a> {
    fn from(token: &'a Token) -> Self {
        Self::Link(token)
    }
}

impl Source<'_> {
    /// Returns the list's id and what may be read of it.
    pub(super) async fn find(
        self,
        reader: &mut AnyConnection,
    ) -> Result<(Uuid, Access), StoreError> {
        match self {
            Self::List(list) => Ok((list, Access::Write)),
            Self::Link(token) => {
                let link = links::find(reader, token).await?;
                let link = link.ok_or(StoreError::UnknownList)?;
                Ok((link.list, link.access))
            }
        }
    }
}

impl Store {
    /// Returns the link of a token; `None` if it is unknown or replaced, or its list is deleted.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn link(&self, token: &Token) -> Result<Option<Link>, StoreError> {
        let mut reader = self.readers.acquire().await?;
        let link = links::find(&mut reader, token).await?;
        if let Some(link) = link {
            self.links.remember(token, link);
        }
        Ok(link)
    }

    /// Returns the links of a list that was created before. Once one was replaced, whoever created the list
    /// learns none.
    pub(super) async fn first_links_of(&self, list: Uuid) -> Result<Links, StoreError> {
        let mut reader = self.read().await?;
        let stored = lists::find(&mut reader, list).await?;
        let stored = stored.ok_or(StoreError::Refused(Refusal::Destroyed))?;
        if stored.links_version > 0 {
            return Err(StoreError::UnknownList);
        }
        let tokens = links::of_list(&mut reader, list).await?;
        let (token, view_token) = tokens.ok_or(StoreError::UnknownList)?;
        Ok(Links {
            token,
            view_token,
            title: stored.list.title.to_string(),
            is_new: false,
        })
    }

    /// Whether the list of a token is deleted, and not pruned yet.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn was_destroyed(&self, token: &Token) -> Result<bool, StoreError> {
        let mut reader = self.readers.acquire().await?;
        links::is_of_destroyed(&mut reader, token).await
    }

    /// Returns the link of a token to a deleted list that can be restored.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn deleted_link(&self, token: &Token) -> Result<Option<Link>, StoreError> {
        let mut reader = self.readers.acquire().await?;
        links::find_deleted(&mut reader, token).await
    }

    /// Whether a token was a link until it was replaced, not long ago.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn was_replaced(&self, token: &Token) -> Result<bool, StoreError> {
        let mut reader = self.readers.acquire().await?;
        links::is_replaced(&mut reader, token).await
    }

    /// Returns both links of a list, and its title.
    ///
    /// # Errors
    /// [`StoreError::UnknownList`]
    pub async fn links_of(&self, list: Uuid) -> Result<Links, StoreError> {
        let mut reader = self.read().await?;
        let stored = lists::find(&mut reader, list).await?;
        let stored = stored.ok_or(StoreError::UnknownList)?;
        let tokens = links::of_list(&mut reader, list).await?;
        let (token, view_token) = tokens.ok_or(StoreError::UnknownList)?;
        Ok(Links {
            token,
            view_token,
            title: stored.list.title.to_string(),
            is_new: false,
        })
    }

    /// Like [`Store::link`], but cached: the list may have been deleted meanwhile, or the link replaced. For
    /// callers whose next call detects that.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn known_link(&self, token: &Token) -> Result<Option<Link>, StoreError> {
        match self.links.get(token) {
            Some(link) => Ok(Some(link)),
            None => self.link(token).await,
        }
    }

    /// Returns the whole list of a token. Its changes are in the order of versions.
    ///
    /// # Errors
    /// [`StoreError::UnknownList`]
    pub async fn open_list(&self, token: &Token) -> Result<Opened, StoreError> {
        let mut turn = Turn::none();
        loop {
            if let Some(opened) = self.open_within(token, turn.weight()).await? {
                return Ok(opened);
            }
            turn = self.turns.next().await.map_err(|_| StoreError::Busy)?;
        }
    }

    /// Opens a list, unless its live rows weigh more than `weight` bytes in total.
    async fn open_within(
        &self,
        token: &Token,
        weight: usize,
    ) -> Result<Option<Opened>, StoreError> {
        let mut reader = self.read().await?;
        let (stored, access, view_token) = self.find(&mut reader, token).await?;
        let list = stored.list.clone();
        let snapshot = snapshot(&mut reader, stored, weight).await?;
        Ok(snapshot.map(|snapshot| Opened {
            list,
            access,
            view_token,
            snapshot,
        }))
    }

    /// Returns the list of a token without its items: the snapshot holds the list's own row alone.
    ///
    /// # Errors
    /// [`StoreError::UnknownList`]
    pub async fn describe_list(&self, token: &Token) -> Result<Opened, StoreError> {
        let mut reader = self.read().await?;
        let (stored, access, view_token) = self.find(&mut reader, token).await?;
        let rows: Vec<_> = channel::rows(stored.list.clone(), []).collect();
        Ok(Opened {
            snapshot: whole(stored.epoch, stored.head, rows),
            list: stored.list,
            access,
            view_token,
        })
    }

    /// Finds the list of a token, with what the token allows and the view token for who may write.
    async fn find(
        &self,
        reader: &mut AnyConnection,
        token: &Token,
    ) -> Result<(lists::StoredList, Access, Option<String>), StoreError> {
        let link = links::find(&mut *reader, token).await?;
        let link = link.ok_or(StoreError::UnknownList)?;
        self.links.remember(token, link);
        let view_token = match link.access {
            Access::Write => links::token(&mut *reader, link.list, Access::Read).await?,
            Access::Read => None,
        };
        let stored = lists::find(reader, link.list).await?;
        let stored = stored.ok_or(StoreError::UnknownList)?;
        Ok((stored, link.access, view_token.map(|token| token.0)))
    }

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

    /// Returns a list's current cursor, or `None` if there is no such list.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn cursor(&self, list: impl Into<Source<'_>>) -> Result<Option<Cursor>, StoreError> {
        let list = list.into();
        let mut reader = self.read().await?;
        let (list, _) = list.find(&mut reader).await?;
        let stored = lists::find(&mut reader, list).await?;
        Ok(stored.map(|stored| Cursor {
            epoch: Some(stored.epoch),
            version: stored.head,
        }))
    }

    /// Returns the version of a list's newest change, or `None` if there is no such list.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn head(&self, list: Uuid) -> Result<Option<Version>, StoreError> {
        let heads = self.heads(&[list]).await?;
        Ok(heads.first().map(|(_, head)| *head))
    }

    /// Returns the heads of several lists, in any order. Unknown lists are omitted.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn heads(&self, lists: &[Uuid]) -> Result<Vec<(Uuid, Version)>, StoreError> {
        let mut reader = self.readers.acquire().await?;
        let heads = lists::heads(&mut reader, lists).await?.into_iter();
        Ok(heads.map(|head| (head.list, head.version)).collect())
    }

    /// Begins a transaction, so that several statements see the same commit.
    pub(super) async fn read(&self) -> Result<Transaction<'static, Any>, StoreError> {
        Ok(self.readers.begin().await?)
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
    rows.retain(|row| sync::Model::version(&row.model) > since);
    let mut changes = changes(epoch, head, rows);
    if access == Access::Read {
        changes.changes.iter_mut().for_each(censor);
    }
    Ok(Some(changes))
}

async fn snapshot(
    reader: &mut AnyConnection,
    stored: lists::StoredList,
    weight: usize,
) -> Result<Option<CatchUp<Record>>, StoreError> {
    let (epoch, head) = (stored.epoch, stored.head);
    let live = items::live(reader, stored.list.id, head, weight).await?;
    Ok(live.map(|live| {
        let rows: Vec<_> = channel::rows(stored.list, live).collect();
        whole(epoch, head, rows)
    }))
}

/// Returns all rows, which replace what the client has.
fn whole(epoch: Epoch, head: Version, rows: Vec<Row<Record>>) -> CatchUp<Record> {
    CatchUp {
        reset: true,
        ..changes(epoch, head, rows)
    }
}

/// Returns the rows that the client does not have yet.
fn changes(epoch: Epoch, head: Version, rows: Vec<Row<Record>>) -> CatchUp<Record> {
    let mut changes: Vec<_> = rows.into_iter().map(Change::from).collect();
    changes.sort_unstable_by_key(Change::version);
    CatchUp {
        head,
        epoch: Some(epoch),
        reset: false,
        changes,
    }
}
