//! Secrets that the server makes for itself at its first start.

use sqlx::AnyConnection;

use super::{Store, StoreError, links};

/// The secret by which presence channels are authorized.
const PUSHER: &str = "pusher";

/// Makes the secrets that the database does not have yet.
pub(super) async fn ensure(connection: &mut AnyConnection) -> Result<(), StoreError> {
    let statement = "insert into secrets (name, value) values ($1, $2) on conflict do nothing";
    sqlx::query(statement)
        .bind(PUSHER)
        .bind(links::new_token()?.0)
        .execute(connection)
        .await?;
    Ok(())
}

impl Store {
    /// Returns the secret by which presence channels are authorized.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn pusher_secret(&self) -> Result<String, StoreError> {
        let mut reader = self.readers.acquire().await?;
        let secret = sqlx::query_scalar("select value from secrets where name = $1")
            .bind(PUSHER)
            .fetch_one(&mut *reader)
            .await?;
        Ok(secret)
    }
}
