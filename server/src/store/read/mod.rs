//! Reads. Each call sees one commit, whatever is written meanwhile.

mod newer;
mod rows;
mod tokens;

use app::{
    Record,
    api::{Access, Opened},
    service::Token,
};
use sqlx::{Any, AnyConnection, Transaction};
use sync::{CatchUp, Change, Cursor, Epoch, Row, Version};
use uuid::Uuid;

use super::{Store, StoreError, channel, items, links, lists};
use crate::turns::Turn;

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
