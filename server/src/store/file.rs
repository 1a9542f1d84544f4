//! The database's file, and the small one beside it.
//!
//! `tandem.db-epoch` says which history was last seen in the database, and how far it had come: so a
//! copy of the file that was simply put back is noticed on start. It is also what processes lock: each
//! server shares it, and only who has it alone may replace the database.

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

/// A path with something at the end of its name.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

/// Makes a file that only its owner may read, whatever the umask.
///
/// # Errors
/// When there is one already.
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

/// Makes the database's file, for its owner alone, where there is none; SQLite gives its companions
/// (`-wal`, `-shm`) the same mode. One that others may read stays as it is, and is told of: somebody may
/// have wanted that.
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

/// Writes a folder's entries to the disk.
pub(super) fn sync_folder_of(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// Who a [`Marker`] is opened for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sharing {
    /// A process that uses the database, beside others.
    Shared,
    /// A process that replaces it.
    Alone,
}

/// The file beside the database. Its lock is held until it is released or dropped.
pub(super) struct Marker {
    file: Mutex<File>,
}

impl Marker {
    /// Opens and locks it.
    ///
    /// # Errors
    /// [`StoreError::InUse`] when another process holds a lock that forbids this one.
    pub(super) fn open(database: &Path, sharing: Sharing) -> Result<Self, StoreError> {
        let path = beside(database, "-epoch");
        match create_private(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            made => drop(made?),
        }
        let file = OpenOptions::new().read(true).write(true).open(&path)?;
        let locked = match sharing {
            Sharing::Shared => file.try_lock_shared(),
            Sharing::Alone => file.try_lock(),
        };
        match locked {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StoreError::InUse),
            // On a file system without locks a server still serves.
            Err(TryLockError::Error(error)) if sharing == Sharing::Shared => {
                tracing::warn!(%error, "the database cannot be locked against a restore");
            }
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        Ok(Self {
            file: Mutex::new(file),
        })
    }

    /// What was last seen; `None` where nothing was, or what stands there is no such thing.
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

    /// Writes what was seen, which must be durable in the database by then. It is not flushed: who reads
    /// an older state after a crash notices less, never something that is not.
    pub(super) fn write(&self, seen: History) -> io::Result<()> {
        let History { epoch, commits } = seen;
        // All have the same length, so none leaves a part of another behind it.
        let line = format!("{} {commits:020}\n", epoch.0);
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.rewind()?;
        file.write_all(line.as_bytes())
    }

    /// Gives the lock back.
    pub(super) fn release(&self) {
        let file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        // A lock that cannot be given back goes with the file.
        file.unlock().ok();
    }
}
