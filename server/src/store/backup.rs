//! Backups of the database, and putting one back.

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

/// Writes a copy of the database to a file that is not there yet, for its owner alone. Servers may go on
/// meanwhile: the copy holds all that was committed when it began. It is on the disk when this returns.
///
/// # Errors
/// [`StoreError::Exists`]; when there is no such database, or the file cannot be written. Then no file is
/// left.
pub async fn backup(url: &str, to: &Path) -> Result<(), StoreError> {
    let path = Database::parse(url)?.file()?;
    if to.try_exists()? {
        return Err(StoreError::Exists(to.display().to_string()));
    }
    // First, so that nothing is made beside a database that is not there.
    let mut source = open(&path).await?;
    let _lock = Marker::open(&path, Sharing::Shared)?;
    // It gets its name when it is whole.
    let part = file::beside(to, ".part");
    let copied = copy(&mut source, &part).await;
    let named = copied.and_then(|()| Ok(name(&part, to)?));
    remove(&part)?;
    source.close().await?;
    named
}

/// Gives a file its name, unless there is one of that name.
fn name(part: &Path, to: &Path) -> io::Result<()> {
    match fs::hard_link(part, to) {
        // Some file systems have no links.
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => fs::rename(part, to)?,
        linked => linked?,
    }
    file::sync_folder_of(to)
}

/// What became of a [`restore`].
#[derive(Debug)]
pub struct Restored {
    /// Where the database that was there before is now.
    pub replaced: Option<PathBuf>,
}

/// Puts a backup in the place of the database, as a history of its own: whoever has open a list of the
/// one before gets a reset. The replaced database stays beside it.
///
/// # Errors
/// [`StoreError::InUse`] while a server has the database open; [`StoreError::NoBackup`] for a file that
/// is no whole database of Tandem's. Then nothing was changed.
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

/// Makes a checked copy of a backup, brought up to date, with an epoch of its own.
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
    // Beyond all that was seen of the history before, so that no later look takes it for a step back.
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

/// Keeps the database that is there under another name, with all that was committed to it. Until the new
/// one has its name, it has this one too: so whenever this is interrupted, there is a database.
async fn set_aside(path: &Path) -> Result<Option<PathBuf>, StoreError> {
    if !path.try_exists()? {
        return Ok(None);
    }
    // What stands in the log goes to the file. Of a damaged database it cannot; then the log goes along.
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

/// Writes what a database holds to a new file, without what was deleted, and to the disk.
async fn copy(source: &mut SqliteConnection, to: &Path) -> Result<(), StoreError> {
    remove(to)?;
    // An empty file is taken, and keeps its mode.
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

/// A backup is left as it is. One that was copied by hand may have a log beside it.
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
