//! Watches the free disk space.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{task, time};

/// Interval at which the free space is measured.
const MEASURE_INTERVAL: Duration = Duration::from_secs(1);

/// The disk that holds the data. The default value always has room.
#[derive(Debug, Default)]
pub(crate) struct Disk {
    folder: PathBuf,
    /// Free space below which the disk counts as full, in bytes.
    floor: u64,
    is_low: AtomicBool,
}

impl Disk {
    /// Creates the watcher of a file's disk, and measures it once. The floor is in bytes.
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

    /// Whether the disk was too full to write to when last measured.
    pub(crate) fn is_low(&self) -> bool {
        self.is_low.load(Ordering::Relaxed)
    }

    /// Measures the free space periodically. Never returns, unless there is no floor.
    pub(crate) async fn watch(self: Arc<Self>) {
        if self.floor == 0 {
            return;
        }
        let mut interval = time::interval(MEASURE_INTERVAL);
        interval.set_missed_tick_behavior(time::MissedTickBehavior::Delay);
        loop {
            interval.tick().await;
            let this = self.clone();
            // Asking a slow disk blocks the thread.
            if task::spawn_blocking(move || this.look()).await.is_err() {
                return;
            }
        }
    }

    fn look(&self) {
        // A disk that cannot be measured does not count as full: a write will report what is wrong.
        let is_low = fs4::available_space(&self.folder).is_ok_and(|free| free < self.floor);
        if self.is_low.swap(is_low, Ordering::Relaxed) != is_low {
            if is_low {
                tracing::error!("the disk is nearly full: refusing writes");
            } else {
                tracing::info!("the disk has room again: accepting writes");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_is_low_below_its_floor_until_space_is_freed() {
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
