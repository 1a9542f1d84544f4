//! Whether the disk has room for more.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{task, time};

/// How often the free space is looked at.
const INTERVAL: Duration = Duration::from_secs(1);

/// The disk that the data is on. The default one always has room.
#[derive(Debug, Default)]
pub(crate) struct Disk {
    folder: PathBuf,
    /// Free space below which it counts as full, in bytes.
    floor: u64,
    is_low: AtomicBool,
}

impl Disk {
    /// The disk of a file, with a floor in bytes; looks at it once.
    pub(crate) fn of(file: &Path, floor: u64) -> Self {
        let folder = file
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        let disk = Self {
            folder: folder.unwrap_or(Path::new(".")).to_owned(),
            floor,
            is_low: AtomicBool::new(false),
        };
        disk.look();
        disk
    }

    /// Whether it is too full to write to, as of the last look.
    pub(crate) fn is_low(&self) -> bool {
        self.is_low.load(Ordering::Relaxed)
    }

    /// Looks at the free space for ever.
    pub(crate) async fn watch(self: Arc<Self>) {
        if self.floor == 0 {
            return;
        }
        let mut interval = time::interval(INTERVAL);
        interval.set_missed_tick_behavior(time::MissedTickBehavior::Delay);
        loop {
            interval.tick().await;
            let this = self.clone();
            // The disk may take its time.
            if task::spawn_blocking(move || this.look()).await.is_err() {
                return;
            }
        }
    }

    fn look(&self) {
        // A disk that tells nothing is not taken for full: writes say what is wrong with it.
        let is_low = fs4::available_space(&self.folder).is_ok_and(|free| free < self.floor);
        if self.is_low.swap(is_low, Ordering::Relaxed) != is_low {
            if is_low {
                tracing::error!("the disk is nearly full: writes are refused");
            } else {
                tracing::info!("the disk has room again: writes are taken");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn below_its_floor_a_disk_is_low_until_there_is_room_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("tandem.db");
        assert!(!Disk::of(&file, 1).is_low());
        let mut disk = Disk::of(&file, u64::MAX);
        assert!(disk.is_low());
        disk.floor = 1;
        disk.look();
        assert!(!disk.is_low());
        assert!(!Disk::default().is_low());
    }
}
