//! The links of lists: secrets, unguessable and never used again.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use app::{api::Access, service::Token};
use rand::{TryRng, rngs::SysRng};
use sqlx::{AnyConnection, Row as _};
use uuid::Uuid;

use super::{StoreError, sql};

/// Where a link leads, and what it allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// The list's id.
    pub list: Uuid,
    /// What may be done with it.
    pub access: Access,
}

/// 24 characters of 62 hold 142 bits.
const TOKEN_LENGTH: usize = 24;

const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// A new secret from the operating system's random source.
pub(super) fn new_token() -> Result<Token, StoreError> {
    let mut token = String::with_capacity(TOKEN_LENGTH);
    let mut bytes = [0; 2 * TOKEN_LENGTH];
    while token.len() < TOKEN_LENGTH {
        SysRng
            .try_fill_bytes(&mut bytes)
            .map_err(|_| StoreError::Random)?;
        let missing = TOKEN_LENGTH - token.len();
        // Six bits each; those beyond the alphabet are dropped, so that all letters are as likely.
        let letters = bytes
            .iter()
            .filter_map(|byte| ALPHABET.get(usize::from(byte & 63)));
        token.extend(letters.take(missing).copied().map(char::from));
    }
    Ok(Token(token))
}

/// The link that a token is, if its list was not destroyed.
pub(super) async fn find(
    connection: &mut AnyConnection,
    token: &Token,
) -> Result<Option<Link>, StoreError> {
    let row = sqlx::query(
        "select links.list_id, links.access
         from links join lists on lists.id = links.list_id
         where links.token = $1 and lists.destroyed_at is null",
    )
    .bind(&*token.0)
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        let access = match row.try_get(1)? {
            "write" => Access::Write,
            _ => Access::Read,
        };
        let list = sql::uuid(&row, 0)?;
        Ok(Link { list, access })
    })
    .transpose()
}

/// Whether a token is a link to a list that was destroyed.
pub(super) async fn is_of_destroyed(
    connection: &mut AnyConnection,
    token: &Token,
) -> Result<bool, StoreError> {
    let row = sqlx::query(
        "select links.list_id
         from links join lists on lists.id = links.list_id
         where links.token = $1 and lists.destroyed_at is not null",
    )
    .bind(&*token.0)
    .fetch_optional(connection)
    .await?;
    Ok(row.is_some())
}

/// The token of the link that only reads.
pub(super) async fn view_token(
    connection: &mut AnyConnection,
    list: Uuid,
) -> Result<Option<Token>, StoreError> {
    let row = sqlx::query("select token from links where list_id = $1 and access = 'read'")
        .bind(list.to_string())
        .fetch_optional(connection)
        .await?;
    Ok(row.map(|row| row.try_get(0)).transpose()?.map(Token))
}

/// A link as it is to be written.
pub(super) struct Written<'a> {
    pub(super) token: &'a Token,
    pub(super) link: Link,
}

/// Writes new links.
pub(super) async fn insert(
    connection: &mut AnyConnection,
    links: &[Written<'_>],
) -> Result<(), StoreError> {
    for links in sql::chunks(links) {
        let statement = format!(
            "insert into links (token, list_id, access) values {}",
            sql::tuples(links.len(), 3),
        );
        let mut query = sql::query(statement);
        for Written { token, link } in links {
            let access = match link.access {
                Access::Write => "write",
                Access::Read => "read",
            };
            query = query
                .bind(&*token.0)
                .bind(link.list.to_string())
                .bind(access);
        }
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

/// Links that were looked up of late. What a token means never changes, so nothing in here grows old;
/// only its list may be destroyed.
#[derive(Default)]
pub(super) struct Known {
    /// A std mutex: it is held for a look-up and never over an await.
    generations: Mutex<Generations>,
}

/// When the young are too many, they become the old ones, and who was not asked for since is gone.
#[derive(Default)]
struct Generations {
    young: HashMap<Token, Link>,
    old: HashMap<Token, Link>,
}

/// How many links a generation has.
const GENERATION: usize = 8_192;

impl Known {
    pub(super) fn get(&self, token: &Token) -> Option<Link> {
        let mut generations = self
            .generations
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(link) = generations.young.get(token) {
            return Some(*link);
        }
        let link = generations.old.remove(token)?;
        generations.insert(token, link);
        Some(link)
    }

    pub(super) fn remember(&self, token: &Token, link: Link) {
        let mut generations = self
            .generations
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        generations.insert(token, link);
    }
}

impl Generations {
    fn insert(&mut self, token: &Token, link: Link) {
        if self.young.len() >= GENERATION {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(token.clone(), link);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn tokens_are_long_plain_and_never_the_same() {
        let tokens: HashSet<String> = (0..1_000)
            .map(|_| new_token().expect("a random source").0)
            .collect();
        assert_eq!(tokens.len(), 1_000);
        for token in tokens {
            assert_eq!(token.len(), TOKEN_LENGTH);
            assert!(token.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        }
    }
}
