//! Restoring backups, by the program or by hand, and the permissions of the database's files.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Output,
};

use reqwest::Client;
use serde_json::Value;
use sync::{Cursor, Epoch, Version};
use tempfile::TempDir;

use crate::client::{Tandem, TestList, TestSocket, soon};

/// A folder with a database, and what is done to it from outside.
struct Volume {
    folder: TempDir,
}

impl Volume {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    async fn serve(&self) -> Tandem {
        Tandem::start(self.folder.path()).await
    }

    /// Runs a command of the program on the database.
    async fn run(&self, command: &str, file: &Path) -> Output {
        let mut tandem = Tandem::command(self.folder.path());
        let output = tandem.arg(command).arg(file).output();
        soon("the end", output).await.expect("it starts")
    }

    async fn succeed(&self, command: &str, file: &Path) -> String {
        let output = self.run(command, file).await;
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{stderr}");
        String::from_utf8(output.stdout).expect("text")
    }

    /// Returns the command's error message.
    async fn fail(&self, command: &str, file: &Path) -> String {
        let output = self.run(command, file).await;
        assert!(!output.status.success() && output.stdout.is_empty());
        String::from_utf8(output.stderr).expect("text")
    }
}

async fn new_list(tandem: &Tandem) -> TestList {
    TestList::create(&Client::new(), &tandem.origin).await
}

fn cursor(head: &Value) -> Cursor {
    Cursor {
        epoch: serde_json::from_value(head["epoch"].clone()).expect("an epoch"),
        version: Version(head["head"].as_u64().expect("a version")),
    }
}

async fn stands(list: &TestList) -> Cursor {
    cursor(&list.get("").await.expect(200).await)
}

/// Returns what a client with this cursor gets, by a request and by a subscription.
async fn told(list: &TestList, tandem: &Tandem, tab: Cursor) -> (bool, Vec<String>) {
    let Epoch(epoch) = tab.epoch.expect("the tab was told one");
    let path = format!("/changes?since={}&epoch={epoch}", tab.version);
    let pulled = list.get(&path).await.expect(200).await;
    let mut socket = TestSocket::connect(&tandem.origin).await;
    let subscribed = socket.subscribe_from(&list.channel(), tab).await;
    assert_eq!(pulled, subscribed);
    let changes = pulled["changes"].as_array().expect("changes");
    let texts = changes
        .iter()
        .filter_map(|it| it["data"]["shortdesc"].as_str());
    (pulled["reset"] == true, texts.map(str::to_owned).collect())
}

#[tokio::test]
async fn clients_of_the_replaced_database_get_a_reset() {
    let volume = Volume::new();
    let backup = volume.path("backup.db");
    let tandem = volume.serve().await;
    let list = new_list(&tandem).await;
    list.add("milk").await;
    assert_eq!(stands(&list).await.version, Version(2));
    volume.succeed("backup", &backup).await;
    for text in ["bread", "eggs", "salt"] {
        list.add(text).await;
    }
    let tab = stands(&list).await;
    assert_eq!(tab.version, Version(5));
    assert_eq!(told(&list, &tandem, tab).await, (false, vec![]));
    let refused = volume.fail("restore", &backup).await;
    assert!(refused.contains("stop the server first"), "{refused}");
    assert_eq!(list.texts().await, ["milk", "bread", "eggs", "salt"]);
    tandem.end().await;

    let said = volume.succeed("restore", &backup).await;
    let tandem = volume.serve().await;
    let list = list.at(&tandem.origin);
    for text in ["tea", "jam", "rice"] {
        list.add(text).await;
    }
    let now = stands(&list).await;
    assert_eq!(now.version, tab.version);
    let all = ["milk", "tea", "jam", "rice"].map(str::to_owned).to_vec();
    assert_eq!(told(&list, &tandem, tab).await, (true, all));
    assert_eq!(told(&list, &tandem, now).await, (false, vec![]));
    tandem.end().await;

    // The replaced database can be restored, too, under yet another epoch.
    let replaced = said
        .rsplit("kept as ")
        .next()
        .expect("it says where")
        .trim();
    volume.succeed("restore", Path::new(replaced)).await;
    let tandem = volume.serve().await;
    let list = list.at(&tandem.origin);
    assert_eq!(list.texts().await, ["milk", "bread", "eggs", "salt"]);
    assert!(told(&list, &tandem, tab).await.0 && told(&list, &tandem, now).await.0);
}

#[tokio::test]
async fn a_backup_is_restored_on_another_machine() {
    let volume = Volume::new();
    let backup = volume.path("backup.db");
    let tandem = volume.serve().await;
    let list = new_list(&tandem).await;
    list.add("milk").await;
    volume.succeed("backup", &backup).await;
    let tab = stands(&list).await;

    let other = Volume::new();
    let said = other.succeed("restore", &backup).await;
    assert!(!said.contains("kept as"), "{said}");
    let moved = other.serve().await;
    let list = list.at(&moved.origin);
    assert_eq!(list.texts().await, ["milk"]);
    assert!(told(&list, &moved, tab).await.0);
}

#[tokio::test]
async fn a_copied_back_file_is_detected() {
    let volume = Volume::new();
    let [file, copy] = ["tandem.db", "copy.db"].map(|name| volume.path(name));
    let tandem = volume.serve().await;
    let list = new_list(&tandem).await;
    list.add("milk").await;
    let before = stands(&list).await;
    tandem.end().await;
    fs::copy(&file, &copy).expect("a copy");

    let tandem = volume.serve().await;
    let list = list.at(&tandem.origin);
    assert_eq!(stands(&list).await, before, "a restart is no restore");
    list.add("bread").await;
    let tab = stands(&list).await;
    tandem.end().await;
    fs::copy(&copy, &file).expect("a copy");

    let log = volume.path("log");
    let mut command = Tandem::command(volume.folder.path());
    let tandem = Tandem::run(command.stderr(fs::File::create(&log).expect("a file"))).await;
    let list = list.at(&tandem.origin);
    list.add("jam").await;
    assert_eq!(stands(&list).await.version, tab.version);
    let all = ["milk", "jam"].map(str::to_owned).to_vec();
    assert_eq!(told(&list, &tandem, tab).await, (true, all));
    let log = fs::read_to_string(log).expect("a log");
    assert!(log.contains("older copy"), "{log}");

    // Once detected, it is a history like any other.
    let now = stands(&list).await;
    tandem.end().await;
    let tandem = volume.serve().await;
    assert_eq!(stands(&list.at(&tandem.origin)).await, now);
}

#[tokio::test]
async fn a_kill_is_not_mistaken_for_a_restore() {
    let volume = Volume::new();
    let tandem = volume.serve().await;
    let list = new_list(&tandem).await;
    let seen = || fs::read_to_string(volume.path("tandem.db-epoch")).expect("it is there");
    let before = seen();
    list.add("milk").await;
    soon("a newer mark", async {
        while seen() == before {
            tokio::task::yield_now().await;
        }
    })
    .await;
    list.add("bread").await;
    let epoch = stands(&list).await;
    tandem.kill().await;
    let tandem = volume.serve().await;
    assert_eq!(stands(&list.at(&tandem.origin)).await, epoch);
}

#[tokio::test]
async fn invalid_backups_are_refused_and_nothing_is_overwritten() {
    let volume = Volume::new();
    let [backup, damaged, other, empty] =
        ["backup.db", "damaged.db", "other.txt", "empty.db"].map(|name| volume.path(name));
    let tandem = volume.serve().await;
    let list = new_list(&tandem).await;
    for n in 0..200 {
        list.add(&format!("item {n}")).await;
    }
    volume.succeed("backup", &backup).await;
    let written = fs::read(&backup).expect("a backup");
    let refused = volume.fail("backup", &backup).await;
    assert!(refused.contains("exists already"), "{refused}");
    assert_eq!(fs::read(&backup).expect("a backup"), written);
    tandem.end().await;

    let mut bytes = written.clone();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 4096].fill(0x5a);
    fs::write(&damaged, bytes).expect("a file");
    fs::write(&other, "milk, bread, eggs").expect("a file");
    fs::write(&empty, "").expect("a file");
    let database = volume.path("tandem.db");
    let before = fs::read(&database).expect("a database");
    for file in [
        &damaged,
        &other,
        &empty,
        &volume.path("nothing.db"),
        &database,
    ] {
        let refused = volume.fail("restore", file).await;
        assert!(refused.contains("cannot be restored"), "{refused}");
        assert_eq!(fs::read(&database).expect("a database"), before);
    }
    let names = fs::read_dir(volume.folder.path()).expect("a folder");
    let names = names.map(|entry| entry.expect("a name").file_name());
    let left: Vec<_> = names
        .filter(|name| {
            name.to_string_lossy().contains("restoring") || name.to_string_lossy().contains("part")
        })
        .collect();
    assert_eq!(left, [] as [&str; 0]);

    let nowhere = Volume::new();
    let refused = nowhere.fail("backup", &nowhere.path("backup.db")).await;
    assert!(refused.contains("unable to open"), "{refused}");
    assert!(!nowhere.path("tandem.db").exists() && !nowhere.path("backup.db").exists());
}

#[cfg(unix)]
mod modes {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn mode(path: &Path) -> u32 {
        let metadata = fs::metadata(path);
        let metadata = metadata.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        metadata.permissions().mode() & 0o777
    }

    /// Starts the program with a umask of 0.
    fn command(folder: &Path, log: &Path) -> tokio::process::Command {
        let tandem = Tandem::command(folder);
        let tandem = tandem.as_std();
        let mut shell = tokio::process::Command::new("sh");
        shell
            .args(["-c", "umask 000; exec \"$@\"", "sh"])
            .arg(tandem.get_program())
            .args(tandem.get_args())
            .stdout(std::process::Stdio::piped())
            .stderr(fs::File::create(log).expect("a file"))
            .kill_on_drop(true);
        shell
    }

    #[tokio::test]
    async fn the_database_is_private_and_a_readable_one_is_warned_about() {
        let volume = Volume::new();
        let log = volume.path("log");
        let tandem = Tandem::run(&mut command(volume.folder.path(), &log)).await;
        new_list(&tandem).await.add("milk").await;
        let backup = volume.path("backup.db");
        volume.succeed("backup", &backup).await;
        let names = [
            "tandem.db",
            "tandem.db-wal",
            "tandem.db-shm",
            "tandem.db-epoch",
            "backup.db",
        ];
        for name in names {
            assert_eq!(mode(&volume.path(name)), 0o600, "{name}");
        }
        tandem.end().await;
        assert!(
            !fs::read_to_string(&log)
                .expect("a log")
                .contains("can read the database")
        );

        let database = volume.path("tandem.db");
        fs::set_permissions(&database, fs::Permissions::from_mode(0o644)).expect("it is ours");
        let tandem = Tandem::run(&mut command(volume.folder.path(), &log)).await;
        new_list(&tandem).await;
        tandem.end().await;
        assert!(
            fs::read_to_string(&log)
                .expect("a log")
                .contains("can read the database")
        );
        assert_eq!(mode(&database), 0o644, "it is left as somebody may want it");
        volume.succeed("restore", &backup).await;
        assert_eq!(mode(&database), 0o600);
    }
}
