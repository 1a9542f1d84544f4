//! The database's file, and the marker file beside it.
//!
//! `tandem.db-epoch` records the epoch and the number of commits last seen in the database, so that
//! a copied-back file is detected on start. It is also the lock file: servers hold a shared lock,
//! and replacing the database takes an exclusive one.

use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read as _, Seek as _, Write as _},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use sync::Epoch;
use uuid::Uuid;

use super::{StoreError, history::History};

/// Returns a path with a suffix appended to its name.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

/// Creates a file that only its owner may read, whatever the umask.
///
/// # Errors
/// If the file exists.
pub(super) fn create_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let file = options.open(path)?;
    make_private(&file)?;
    Ok(file)
}

fn make_private(file: &File) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        file.set_permissions(fs::Permissions::from_mode(0o600))?;
    }
    Ok(())
}

/// Creates the database's file for its owner alone, if it is missing; SQLite gives its companions
/// (`-wal`, `-shm`) the same mode. An existing file that others may read is left alone, with a
/// warning, since that may be intended.
pub(super) fn protect(path: &Path) -> io::Result<()> {
    match create_private(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        made => return made.map(drop),
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(path)?.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            tracing::warn!(
                file = %path.display(),
                mode = format_args!("{mode:o}"),
                "other users of this machine can read the database; `chmod 600` it, its -wal and its -shm",
            );
        }
    }
    Ok(())
}

/// Syncs the folder of a file.
pub(super) fn sync_folder_of(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// How a [`Marker`] is locked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sharing {
    /// By a process that uses the database beside others.
    Shared,
    /// By a process that replaces the database.
    Alone,
}

/// The marker file. Its lock is held until it is released or dropped.
pub(super) struct Marker {
    file: Mutex<File>,
}

impl Marker {
    /// Opens and locks the marker of a database.
    ///
    /// # Errors
    /// [`StoreError::InUse`] if another process holds a conflicting lock.
    pub(super) fn open(database: &Path, sharing: Sharing) -> Result<Self, StoreError> {
        let path = beside(database, "-epoch");
        // If it fails although there is no such file, opening it fails, too.
        let _ = create_private(&path);
        let file = OpenOptions::new().read(true).write(true).open(&path)?;
        let locked = match sharing {
            Sharing::Shared => file.try_lock_shared(),
            Sharing::Alone => file.try_lock(),
        };
        match locked {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StoreError::InUse),
            // A server works without locks, too, if the file system has none.
            Err(TryLockError::Error(error)) if sharing == Sharing::Shared => {
                tracing::warn!(%error, "the database cannot be locked against a restore");
            }
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        Ok(Self {
            file: Mutex::new(file),
        })
    }

    /// Returns what was last seen, or `None` if the file is empty or invalid.
    pub(super) fn read(&self) -> Option<History> {
        let mut text = String::new();
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.rewind().ok()?;
        (&*file).take(256).read_to_string(&mut text).ok()?;
        let (epoch, commits) = text.trim_end().split_once(' ')?;
        Some(History {
            epoch: Epoch(Uuid::parse_str(epoch).ok()?),
            commits: commits.parse().ok()?,
        })
    }

    /// Records what was seen, which must be durable in the database already. Not synced: an older
    /// record after a crash detects less, but is never wrong.
    pub(super) fn write(&self, seen: History) -> io::Result<()> {
        let History { epoch, commits } = seen;
        // All records have the same length, so overwriting leaves no remains.
        let line = format!("{} {commits:020}\n", epoch.0);
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.rewind()?;
        file.write_all(line.as_bytes())
    }

    /// Releases the lock.
    pub(super) fn release(&self) {
        let file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        // Closing the file releases it in any case.
        file.unlock().ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marker_keeps_out_whoever_wants_the_database_alone_until_it_is_released() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let database = folder.path().join("x.db");
        let open = |sharing| Marker::open(&database, sharing);
        let (one, other) = (open(Sharing::Shared), open(Sharing::Shared));
        let (one, other) = (one.expect("it is made"), other.expect("it is shared"));
        one.release();
        assert!(matches!(open(Sharing::Alone), Err(StoreError::InUse)));
        other.release();
        let alone = open(Sharing::Alone).expect("nobody uses it");
        assert!(matches!(open(Sharing::Shared), Err(StoreError::InUse)));
        drop(alone);
        assert!(open(Sharing::Shared).is_ok());
        let nowhere = folder.path().join("none/x.db");
        assert!(Marker::open(&nowhere, Sharing::Shared).is_err());
    }

    #[test]
    fn the_folder_of_a_file_is_synced_wherever_it_is() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        assert!(sync_folder_of(&folder.path().join("x.db")).is_ok());
        assert!(sync_folder_of(Path::new("x.db")).is_ok(), "the present one");
        assert!(sync_folder_of(&folder.path().join("none/x.db")).is_err());
    }
}
