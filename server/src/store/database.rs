//! Opens connections, and covers the differences between databases.

use std::{path::PathBuf, str::FromStr, time::Duration};

use sqlx::{
    AnyConnection, AnyPool, ConnectOptions, SqliteConnection,
    any::{AnyConnectOptions, AnyPoolOptions},
    migrate::Migrator,
    sqlite::SqliteConnectOptions,
};

use super::StoreError;

static MIGRATIONS: Migrator = sqlx::migrate!("../migrations");

/// How long a statement waits for another process's write.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// In this order: wait for another process's write instead of failing; readers never wait for the
/// writer; a commit is durable when it returns; deleted data is overwritten; cache 16 MB of pages
/// per connection; shrink a write-ahead log that grew beyond 64 MB; leave checkpoints to
/// [`super::checkpoint`].
const PRAGMAS: &str = "
    pragma busy_timeout = 5000;
    pragma journal_mode = wal;
    pragma synchronous = full;
    pragma secure_delete = on;
    pragma foreign_keys = on;
    pragma cache_size = -16384;
    pragma temp_store = memory;
    pragma journal_size_limit = 67108864;
    pragma wal_autocheckpoint = 0;
";

/// How long a reader waits for a connection before it is told to retry.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// The location of the data.
#[derive(Clone)]
pub(super) struct Database {
    options: AnyConnectOptions,
}

impl Database {
    /// Parses a URL such as `sqlite://tandem.db`. The file is created if missing.
    pub(super) fn parse(url: &str) -> Result<Self, StoreError> {
        if !url.starts_with("sqlite:") {
            return Err(StoreError::Url("it must begin with `sqlite:`"));
        }
        if url.contains(":memory:") || url.contains("mode=memory") {
            return Err(StoreError::Url(
                "a database in memory is not shared by connections; name a file",
            ));
        }
        let url = match url.split_once('?') {
            None => format!("{url}?mode=rwc"),
            Some((_, query)) if query.contains("mode=") => url.to_owned(),
            Some(_) => format!("{url}&mode=rwc"),
        };
        sqlx::any::install_default_drivers();
        Ok(Self {
            options: AnyConnectOptions::from_str(&url)?,
        })
    }

    /// Returns the file of the URL.
    pub(super) fn file(&self) -> Result<PathBuf, StoreError> {
        let options = SqliteConnectOptions::from_str(self.options.database_url.as_str())?;
        Ok(options.get_filename().to_owned())
    }

    /// Opens a connection.
    pub(super) async fn connect(&self) -> Result<AnyConnection, StoreError> {
        let mut connection = self.options.connect().await?;
        configure(&mut connection).await?;
        Ok(connection)
    }

    /// Opens a pool of read-only connections.
    ///
    /// All are opened now and stay open, so that reads work even when the process has no file
    /// descriptors left.
    pub(super) async fn readers(&self, connections: u32) -> Result<AnyPool, StoreError> {
        let readers = AnyPoolOptions::new()
            .min_connections(connections)
            .max_connections(connections)
            .idle_timeout(None)
            .max_lifetime(None)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            // A connection to a file does not break.
            .test_before_acquire(false)
            .after_connect(|connection, _| Box::pin(configure(connection)))
            .connect_with(self.options.clone());
        Ok(readers.await?)
    }
}

/// Migrates the schema.
pub(super) async fn migrate(connection: &mut AnyConnection) -> Result<(), StoreError> {
    Ok(MIGRATIONS.run(connection).await?)
}

/// Migrates a file that nobody uses yet.
pub(super) async fn migrate_file(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    Ok(MIGRATIONS.run(connection).await?)
}

async fn configure(connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(PRAGMAS).execute(connection).await?;
    Ok(())
}

#[cfg(test)]
pub(super) mod tests {
    use sqlx::Row as _;
    use tempfile::TempDir;

    use super::*;

    /// Opens a new database with one list, whose id is nil.
    pub(in crate::store) async fn with_a_list() -> (TempDir, AnyConnection) {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let url = format!("sqlite://{}", folder.path().join("x.db").display());
        let database = Database::parse(&url).expect("a good URL");
        let mut connection = database.connect().await.expect("the file is created");
        migrate(&mut connection).await.expect("it is new");
        let statement = "insert into lists
            (id, title, version, list_version, created_at, updated_at)
            values ('00000000-0000-0000-0000-000000000000', 'Todos', 1, 1, 0, 0)";
        let inserted = sqlx::query(statement).execute(&mut connection).await;
        inserted.expect("there is none");
        (folder, connection)
    }

    #[tokio::test]
    async fn a_commit_is_on_the_disk_and_readers_do_not_wait_for_it() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let url = format!("sqlite://{}", folder.path().join("x.db").display());
        let database = Database::parse(&url).expect("a good URL");
        let mut writer = database.connect().await.expect("the file is created");
        let reader = database.readers(1).await.expect("it is there");
        let mut reader = reader.acquire().await.expect("it is open");
        let pragmas = [
            ("pragma synchronous", "2"),
            ("pragma journal_mode", "wal"),
            ("pragma foreign_keys", "1"),
            ("pragma secure_delete", "1"),
            ("pragma busy_timeout", "5000"),
            ("pragma wal_autocheckpoint", "0"),
        ];
        for (pragma, expected) in pragmas {
            for connection in [&mut writer, &mut *reader] {
                let row = sqlx::query(pragma).fetch_one(connection).await;
                let row = row.expect("the pragma can be asked");
                let value = row
                    .try_get::<i64, _>(0)
                    .map(|value| value.to_string())
                    .or_else(|_| row.try_get(0))
                    .expect("a number or a text");
                assert_eq!(value, expected, "{pragma}");
            }
        }
    }
}
