//! Probes whether the database can be read and written.

use sqlx::{AnyConnection, Connection as _};
use sync::Millis;

use super::{Store, StoreError, database::Database};

/// Reads from each table with users' data.
const READS: [&str; 4] = [
    "select id from lists limit 1",
    "select token from links limit 1",
    "select id from items limit 1",
    "select client_id from clients limit 1",
];

impl Store {
    /// Reads from each table over a new connection, which has nothing cached, and has the writer
    /// commit a row.
    ///
    /// # Errors
    /// If one of them fails.
    pub async fn probe(&self) -> Result<(), StoreError> {
        read(&self.database).await?;
        self.queue.probe().await
    }
}

async fn read(database: &Database) -> Result<(), StoreError> {
    let mut connection = database.connect().await?;
    for statement in READS {
        sqlx::query(statement)
            .fetch_optional(&mut connection)
            .await?;
    }
    Ok(connection.close().await?)
}

/// Commits a row of no meaning.
pub(super) async fn write(connection: &mut AnyConnection, now: Millis) -> Result<(), StoreError> {
    let mut transaction = connection.begin().await?;
    sqlx::query(
        "insert into probes (id, probed_at) values (1, $1)
         on conflict (id) do update set probed_at = excluded.probed_at",
    )
    .bind(now)
    .execute(&mut *transaction)
    .await?;
    Ok(transaction.commit().await?)
}
