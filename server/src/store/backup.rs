//! Backs up the database, and restores backups.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};

use super::{
    StoreError,
    database::{self, Database},
    file::{self, Marker, Sharing},
    history::{self, History},
};

/// Copies the database to a new file, readable by its owner alone. Servers may go on writing: the
/// copy contains everything that was committed when it began. It is durable when this returns.
///
/// # Errors
/// [`StoreError::Exists`]; if there is no such database, or the file cannot be written. Then no
/// file is left behind.
pub async fn backup(url: &str, to: &Path) -> Result<(), StoreError> {
    let path = Database::parse(url)?.file()?;
    if to.try_exists()? {
        return Err(StoreError::Exists(to.display().to_string()));
    }
    // First, so that nothing is created beside a missing database.
    let mut source = open(&path).await?;
    let _lock = Marker::open(&path, Sharing::Shared)?;
    // The copy gets its name once it is complete.
    let part = file::beside(to, ".part");
    let copied = copy(&mut source, &part).await;
    let named = copied.and_then(|()| Ok(name(&part, to)?));
    remove(&part)?;
    source.close().await?;
    named
}

/// Renames a file, unless the name is taken.
fn name(part: &Path, to: &Path) -> io::Result<()> {
    match fs::hard_link(part, to) {
        // Some file systems do not support hard links.
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => fs::rename(part, to)?,
        linked => linked?,
    }
    file::sync_folder_of(to)
}

/// The result of [`restore`].
#[derive(Debug)]
pub struct Restored {
    /// Where the replaced database is kept.
    pub replaced: Option<PathBuf>,
}

/// Replaces the database with a backup, under a new epoch, so that clients of the replaced one get
/// a reset. The replaced database is kept beside it.
///
/// # Errors
/// [`StoreError::InUse`] while a server has the database open; [`StoreError::NoBackup`] if the file
/// is not an intact database of Tandem. Then nothing is changed.
pub async fn restore(url: &str, from: &Path) -> Result<Restored, StoreError> {
    let path = Database::parse(url)?.file()?;
    let from = &from
        .canonicalize()
        .map_err(|error| no_backup(&error.into()))?;
    if path.try_exists()? && path.canonicalize()? == *from {
        return Err(StoreError::NoBackup("it is the database itself".to_owned()));
    }
    let marker = Marker::open(&path, Sharing::Alone)?;
    let part = file::beside(&path, ".restoring");
    let prepared = prepare(from, &part, marker.read()).await;
    let history = match prepared {
        Ok(history) => history,
        Err(error) => {
            remove(&part)?;
            return Err(error);
        }
    };
    let replaced = set_aside(&path).await?;
    fs::rename(&part, &path)?;
    file::sync_folder_of(&path)?;
    marker.write(history)?;
    Ok(Restored { replaced })
}

/// Makes a checked and migrated copy of a backup, with a new epoch.
async fn prepare(from: &Path, part: &Path, seen: Option<History>) -> Result<History, StoreError> {
    let mut source = open_backup(from).await.map_err(|error| no_backup(&error))?;
    let checked = check(&mut source).await;
    let copied = match checked {
        Ok(()) => copy(&mut source, part).await,
        Err(error) => Err(error),
    };
    source.close().await?;
    copied?;
    let mut copy = open(part).await?;
    database::migrate_file(&mut copy).await?;
    // More commits than were ever seen, so that this does not look like an older copy.
    let commits = seen.map_or(0, |seen| seen.commits);
    let history = history::replace(&mut copy, commits).await?;
    copy.close().await?;
    fs::File::open(part)?.sync_all()?;
    Ok(history)
}

async fn check(source: &mut SqliteConnection) -> Result<(), StoreError> {
    let sound: String = sqlx::query_scalar("pragma quick_check(1)")
        .fetch_one(&mut *source)
        .await
        .map_err(|error| no_backup(&error.into()))?;
    if sound != "ok" {
        return Err(StoreError::NoBackup(format!("it is damaged: {sound}")));
    }
    sqlx::query("select id, revision from lists limit 1")
        .fetch_optional(source)
        .await
        .map_err(|error| no_backup(&error.into()))?;
    Ok(())
}

fn no_backup(error: &StoreError) -> StoreError {
    let source = std::error::Error::source(error);
    StoreError::NoBackup(source.map_or_else(|| error.to_string(), ToString::to_string))
}

/// Keeps the current database under another name, with everything committed to it. It keeps its own
/// name, too, until the new one takes that, so an interruption never leaves no database.
async fn set_aside(path: &Path) -> Result<Option<PathBuf>, StoreError> {
    if !path.try_exists()? {
        return Ok(None);
    }
    // Move the log's content into the file. If the database is damaged, that fails, and the log is
    // kept with it.
    if let Ok(mut old) = open(path).await {
        sqlx::query("pragma wal_checkpoint(truncate)")
            .execute(&mut old)
            .await
            .ok();
        old.close().await.ok();
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let aside = file::beside(
        path,
        &format!(".replaced-{}", now.map_or(0, |now| now.as_millis())),
    );
    if fs::hard_link(path, &aside).is_err() {
        fs::copy(path, &aside)?;
    }
    let log = file::beside(path, "-wal");
    if log.try_exists()? {
        fs::rename(log, file::beside(&aside, "-wal"))?;
    }
    remove(&file::beside(path, "-shm"))?;
    Ok(Some(aside))
}

/// Writes the content of a database to a new file, without deleted data, and syncs it.
async fn copy(source: &mut SqliteConnection, to: &Path) -> Result<(), StoreError> {
    remove(to)?;
    // SQLite accepts an empty file, and keeps its mode.
    let file = file::create_private(to)?;
    let name = to
        .to_str()
        .ok_or(StoreError::Url("the path must be UTF-8"))?;
    sqlx::query("vacuum into $1")
        .bind(name)
        .execute(source)
        .await?;
    file.sync_all()?;
    Ok(())
}

async fn open(path: &Path) -> Result<SqliteConnection, StoreError> {
    let options = SqliteConnectOptions::new().filename(path);
    Ok(options.connect().await?)
}

/// Opens a backup without changing it. One that was copied by hand may have a log beside it.
async fn open_backup(path: &Path) -> Result<SqliteConnection, StoreError> {
    let has_log = file::beside(path, "-wal").try_exists()?;
    let options = SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .immutable(!has_log);
    Ok(options.connect().await?)
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}
