//! A disk that can lose its cache, and with it what was written and not synced.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::client::Tandem;

/// The files of a database, and copies of what would survive a power cut.
///
/// A killed program loses nothing that it has handed to the operating system, so kills alone cannot
/// show whether a commit waits for the disk. The program runs with `lost_cache.c` preloaded, which
/// copies each file when it is synced.
pub(super) struct Disk {
    folder: PathBuf,
    durable: PathBuf,
    shim: PathBuf,
}

impl Disk {
    /// Creates the disk of a folder. Needs a C compiler, as building SQLite does.
    pub(super) fn new(folder: &Path) -> Self {
        let shim = folder.join("lost_cache.so");
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/kills/lost_cache.c");
        let compiler = std::env::var_os("CC").unwrap_or_else(|| "cc".into());
        let compiled = Command::new(compiler)
            .args(["-shared", "-fPIC", "-O2", "-Wall", "-o"])
            .args([shim.as_os_str(), source.as_ref()])
            .arg("-ldl")
            .status();
        assert!(compiled.expect("a C compiler").success());
        Self {
            folder: folder.to_owned(),
            durable: folder.join("durable"),
            shim,
        }
    }

    /// Starts the program on the disk. What was written before counts as synced.
    pub(super) async fn start(&self) -> Tandem {
        fs::remove_dir_all(&self.durable).ok();
        fs::create_dir(&self.durable).expect("a folder");
        copy_database(&self.folder, &self.durable);
        let mut command = Tandem::command(&self.folder);
        command
            .env("LD_PRELOAD", &self.shim)
            .env("TANDEM_DURABLE", &self.durable);
        let tandem = Tandem::run(&mut command).await;
        assert!(self.durable.join("loaded").exists(), "it can be watched");
        tandem
    }

    /// Cuts the power. The program must have been killed.
    pub(super) fn lose_cache(&self) {
        for file in database_files(&self.folder) {
            fs::remove_file(file).expect("a file");
        }
        copy_database(&self.durable, &self.folder);
    }
}

fn copy_database(from: &Path, to: &Path) {
    for file in database_files(from) {
        let name = file.file_name().expect("a name");
        // Shared memory does not survive.
        if !name.to_string_lossy().ends_with("-shm") {
            fs::copy(&file, to.join(name)).expect("room for a copy");
        }
    }
}

fn database_files(folder: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(folder).expect("a folder");
    let paths = files.map(|file| file.expect("a file").path());
    let is_database = |path: &PathBuf| {
        let name = path.file_name().map(|name| name.to_string_lossy());
        path.is_file() && name.is_some_and(|name| name.starts_with("tandem.db"))
    };
    paths.filter(is_database).collect()
}
