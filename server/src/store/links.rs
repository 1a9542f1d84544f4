//! The links of lists: unguessable secrets, never reused.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use app::{
    api::Access,
    service::{RequestId, Token},
};
use rand::{TryRng, rngs::SysRng};
use sha2::{Digest as _, Sha256};
use sqlx::{AnyConnection, Row as _, any::AnyRow};
use sync::Millis;
use uuid::Uuid;

use super::{StoreError, sql};

/// A link: its list, and what it allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// The list's id.
    pub list: Uuid,
    /// What the link allows.
    pub access: Access,
    /// How often the list's links had been replaced when the link was looked up.
    pub(crate) version: u64,
}

/// Maximum number of replaced links of a list that are on record.
const REPLACED_LINKS: usize = 32;

/// Characters of a token. 24 of an alphabet of 62 hold 142 bits.
const TOKEN_LENGTH: usize = 24;

const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// Returns a new token from the operating system's random source.
pub(super) fn new_token() -> Result<Token, StoreError> {
    let mut token = String::with_capacity(TOKEN_LENGTH);
    let mut bytes = [0; 2 * TOKEN_LENGTH];
    while token.len() < TOKEN_LENGTH {
        SysRng
            .try_fill_bytes(&mut bytes)
            .map_err(|_| StoreError::Random)?;
        let missing = TOKEN_LENGTH - token.len();
        // Six bits of each byte. Values beyond the alphabet are dropped, so that all characters are equally
        // likely.
        let letters = bytes
            .iter()
            .filter_map(|byte| ALPHABET.get(usize::from(byte >> 2)));
        token.extend(letters.take(missing).copied().map(char::from));
    }
    Ok(Token(token))
}

/// Returns the id of the list that a request creates. One way: whoever may read the list knows its id,
/// and must not learn the request's, which the edit link is given for.
pub(super) fn list_of(request: RequestId) -> Uuid {
    let mut hash = Sha256::new();
    hash.update(b"Tandem: a list's id by the id of the request for it");
    hash.update(request.get());
    let mut id = [0; 16];
    id.copy_from_slice(&hash.finalize()[..16]);
    uuid::Builder::from_custom_bytes(id).into_uuid()
}

/// Returns the tokens of a list: the one that writes, and the one that reads.
pub(super) async fn of_list(
    connection: &mut AnyConnection,
    list: Uuid,
) -> Result<Option<(Token, Token)>, StoreError> {
    let statement = "select token, (select token from links
             where list_id = $1 and access = 'read' and replaced_at is null)
         from links where list_id = $1 and access = 'write' and replaced_at is null";
    let row = sqlx::query(statement)
        .bind(list.to_string())
        .fetch_optional(connection)
        .await?;
    let tokens = |row: AnyRow| Ok((Token(row.try_get(0)?), Token(row.try_get(1)?)));
    row.map(tokens).transpose()
}

/// Finds the link of a token, unless it was replaced or its list is deleted.
pub(super) async fn find(
    connection: &mut AnyConnection,
    token: &Token,
) -> Result<Option<Link>, StoreError> {
    find_where(connection, token, "lists.destroyed_at is null").await
}

/// Finds the link of a token to a deleted list that can be restored.
pub(super) async fn find_deleted(
    connection: &mut AnyConnection,
    token: &Token,
) -> Result<Option<Link>, StoreError> {
    let condition = "lists.destroyed_at is not null and lists.is_swept = 0";
    find_where(connection, token, condition).await
}

async fn find_where(
    connection: &mut AnyConnection,
    token: &Token,
    condition: &'static str,
) -> Result<Option<Link>, StoreError> {
    let statement = format!(
        "select links.list_id, links.access, lists.links_version
         from links join lists on lists.id = links.list_id
         where links.token = $1 and links.replaced_at is null and {condition}"
    );
    let row = sql::query(statement)
        .bind(token.0.clone())
        .fetch_optional(connection)
        .await?;
    row.map(|row| {
        Ok(Link {
            list: sql::uuid(&row, 0)?,
            access: match row.try_get(1)? {
                "write" => Access::Write,
                _ => Access::Read,
            },
            version: sql::unsigned(&row, 2)?,
        })
    })
    .transpose()
}

/// Whether a token is a link to a deleted list.
pub(super) async fn is_of_destroyed(
    connection: &mut AnyConnection,
    token: &Token,
) -> Result<bool, StoreError> {
    let statement = "select links.list_id
         from links join lists on lists.id = links.list_id
         where links.token = $1 and links.replaced_at is null and lists.destroyed_at is not null";
    is_found(connection, statement, token).await
}

/// Whether a token was a link until it was replaced.
pub(super) async fn is_replaced(
    connection: &mut AnyConnection,
    token: &Token,
) -> Result<bool, StoreError> {
    let statement = "select list_id from links where token = $1 and replaced_at is not null";
    is_found(connection, statement, token).await
}

async fn is_found(
    connection: &mut AnyConnection,
    statement: &'static str,
    token: &Token,
) -> Result<bool, StoreError> {
    let query = sqlx::query(statement).bind(&*token.0);
    Ok(query.fetch_optional(connection).await?.is_some())
}

/// Returns the token of one of a list's links.
pub(super) async fn token(
    connection: &mut AnyConnection,
    list: Uuid,
    access: Access,
) -> Result<Option<Token>, StoreError> {
    let statement =
        "select token from links where list_id = $1 and access = $2 and replaced_at is null";
    let row = sqlx::query(statement)
        .bind(list.to_string())
        .bind(name(access))
        .fetch_optional(connection)
        .await?;
    Ok(row.map(|row| row.try_get(0)).transpose()?.map(Token))
}

/// Returns the tokens of a list's links.
pub(super) async fn tokens(
    connection: &mut AnyConnection,
    list: Uuid,
) -> Result<Vec<Token>, StoreError> {
    let statement = "select token from links where list_id = $1 and replaced_at is null";
    let query = sqlx::query(statement).bind(list.to_string());
    let rows = query.fetch_all(connection).await?;
    let tokens = rows.iter().map(|row| Ok(Token(row.try_get(0)?)));
    tokens.collect()
}

/// Marks a list's link as replaced, and forgets the oldest of those that were replaced before.
pub(super) async fn retire(
    connection: &mut AnyConnection,
    list: Uuid,
    access: Access,
    now: Millis,
) -> Result<(), StoreError> {
    let statement = "update links set replaced_at = $3
         where list_id = $1 and access = $2 and replaced_at is null";
    sqlx::query(statement)
        .bind(list.to_string())
        .bind(name(access))
        .bind(now)
        .execute(&mut *connection)
        .await?;
    let statement = format!(
        "delete from links where list_id = $1 and replaced_at is not null and token not in (
            select token from links where list_id = $1 and replaced_at is not null
            order by replaced_at desc limit {REPLACED_LINKS})"
    );
    let query = sql::query(statement).bind(list.to_string());
    query.execute(connection).await?;
    Ok(())
}

/// Deletes at most `most` links that were replaced before a time. Returns how many.
pub(super) async fn prune(
    connection: &mut AnyConnection,
    horizon: Millis,
    most: u64,
) -> Result<u64, StoreError> {
    let statement = format!(
        "delete from links where token in (
            select token from links where replaced_at < $1 limit {most})"
    );
    let query = sql::query(statement).bind(horizon);
    Ok(query.execute(connection).await?.rows_affected())
}

fn name(access: Access) -> &'static str {
    match access {
        Access::Write => "write",
        Access::Read => "read",
    }
}

/// A link to insert.
pub(super) struct LinkRow<'a> {
    pub(super) token: &'a Token,
    pub(super) link: Link,
}

/// Inserts links.
pub(super) async fn insert(
    connection: &mut AnyConnection,
    links: &[LinkRow<'_>],
) -> Result<(), StoreError> {
    for links in sql::chunks(links) {
        let statement = format!(
            "insert into links (token, list_id, access) values {}",
            sql::tuples(links.len(), 3),
        );
        let mut query = sql::query(statement);
        for LinkRow { token, link } in links {
            query = query
                .bind(&*token.0)
                .bind(link.list.to_string())
                .bind(name(link.access));
        }
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

/// A cache of links. An entry becomes stale when the list is deleted or a link of it replaced, which whoever
/// writes by it finds by [`Link::version`].
#[derive(Default)]
pub(super) struct Known {
    /// A std mutex, since it is held for a look-up and never across an await.
    generations: Mutex<Generations>,
}

/// When the young generation is full, it becomes the old one, and the entries of the old one that
/// were not used since are dropped.
#[derive(Default)]
struct Generations {
    young: HashMap<Token, Link>,
    old: HashMap<Token, Link>,
}

/// Maximum number of links in a generation.
const GENERATION_LINKS: usize = 8_192;

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

    /// Forgets the links of a list.
    pub(super) fn forget(&self, list: Uuid) {
        let mut generations = self
            .generations
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        generations.young.retain(|_, link| link.list != list);
        generations.old.retain(|_, link| link.list != list);
    }
}

impl Generations {
    fn insert(&mut self, token: &Token, link: Link) {
        if self.young.len() >= GENERATION_LINKS {
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
    fn a_token_has_at_least_128_random_bits() {
        const TOKENS: usize = 20_000;
        let tokens: HashSet<String> = (0..TOKENS)
            .map(|_| new_token().expect("a random source").0)
            .collect();
        assert_eq!(tokens.len(), TOKENS, "none comes twice");
        let mut bits = 0.0;
        for place in 0..TOKEN_LENGTH {
            let mut counts: HashMap<u8, u32> = HashMap::new();
            for token in &tokens {
                assert_eq!(token.len(), TOKEN_LENGTH);
                *counts.entry(token.as_bytes()[place]).or_default() += 1;
            }
            for (character, count) in &counts {
                assert!(character.is_ascii_alphanumeric());
                // Each is expected 323 times, with a standard deviation of 18: this is seven of these.
                assert!(
                    (323 - 126..323 + 126).contains(count),
                    "{character} occurs {count} times at {place}"
                );
            }
            bits += f64::from(u32::try_from(counts.len()).expect("few characters")).log2();
        }
        assert!(bits >= 128.0, "{bits} bits");
    }
}
