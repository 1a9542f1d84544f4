//! What tokens lead to, and which tokens a list has.

use app::service::{Links, Token};
use sync::Refusal;
use uuid::Uuid;

use crate::store::{Link, Store, StoreError, links, lists};

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
    pub(in crate::store) async fn first_links_of(&self, list: Uuid) -> Result<Links, StoreError> {
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
}
