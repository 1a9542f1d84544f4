//! What the parts may know of each other, as ARCHITECTURE.md has it.

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{imports, rooms};

fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the workspace's folder")
}

/// The names of all crates that a package is built with.
fn dependencies(package: &str, features: &str) -> HashSet<String> {
    let output = Command::new(env!("CARGO"))
        .current_dir(workspace())
        .args([
            "tree",
            "--locked",
            "--package",
            package,
            "--features",
            features,
        ])
        .args([
            "--edges",
            "normal,build",
            "--prefix",
            "none",
            "--format",
            "{p}",
        ])
        .output()
        .expect("cargo runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let tree = String::from_utf8(output.stdout).expect("text");
    tree.lines()
        .filter_map(|line| line.split(' ').next())
        .map(str::to_owned)
        .collect()
}

/// All files with an ending under a folder of the workspace.
fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                walk(&path, files);
            } else {
                files.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&workspace().join(folder), &mut found);
    found.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == ending)
    });
    assert!(!found.is_empty(), "no files in {folder}");
    found
}

/// The files that contain one of the words, relative to the workspace.
fn files_with(folder: &str, words: &[&str]) -> Vec<String> {
    let contains = |path: &PathBuf| {
        let text = fs::read_to_string(path).expect("text").to_lowercase();
        words.iter().any(|word| text.contains(word))
    };
    let name = |path: PathBuf| {
        path.strip_prefix(workspace())
            .expect("a path in the workspace")
            .display()
            .to_string()
    };
    files(folder, "rs")
        .into_iter()
        .filter(contains)
        .map(name)
        .collect()
}

fn assert_all_under(files: &[String], folder: &str) {
    let strays: Vec<_> = files
        .iter()
        .filter(|file| !file.starts_with(folder))
        .collect();
    assert!(strays.is_empty(), "outside {folder}: {strays:?}");
    assert!(
        !files.is_empty(),
        "the words are no longer those that are used in {folder}"
    );
}

#[test]
fn the_engine_knows_no_browser_and_no_server() {
    let crates = dependencies("sync", "");
    assert!(crates.contains("serde"));
    for foreign in [
        "leptos",
        "web-sys",
        "js-sys",
        "wasm-bindgen",
        "axum",
        "hyper",
        "tokio",
        "sqlx",
        "rand",
        "app",
    ] {
        assert!(!crates.contains(foreign), "sync is built with {foreign}");
    }
}

#[test]
fn the_product_does_not_know_the_server() {
    for features in ["ssr", "hydrate"] {
        let crates = dependencies("app", features);
        assert!(crates.contains("sync"));
        for foreign in ["server", "frontend", "sqlx"] {
            assert!(
                !crates.contains(foreign),
                "app with {features} is built with {foreign}"
            );
        }
    }
    assert!(!dependencies("frontend", "").contains("axum"));
}

#[test]
fn sql_stands_in_the_store() {
    let sql = [
        "sqlx",
        "insert into ",
        "delete from ",
        "select * ",
        " from lists",
        " from items",
    ];
    assert_all_under(&files_with("server/src", &sql), "server/src/store/");
    assert!(files_with("app", &sql).is_empty());
    assert!(files_with("frontend/src", &["sqlx"]).is_empty());
}

#[test]
fn websockets_are_spoken_in_one_place_on_each_side() {
    let words = ["extract::ws", "websocketupgrade", "tungstenite::"];
    assert_all_under(&files_with("server/src", &words), "server/src/socket/");
    let words = [
        "websocket::",
        "web_sys::websocket",
        "messageevent",
        "closeevent",
    ];
    assert_all_under(&files_with("app/src", &words), "app/src/client/connection/");
    assert!(files_with("app/sync/src", &["web_sys", "axum", "tokio::"]).is_empty());
}

/// Asserts that the rooms of a crate use each other as its table says, and only downwards.
fn assert_doors(src: &str, table: &str) {
    let rows = table.lines().map(str::trim).filter(|row| !row.is_empty());
    let rows: Vec<_> = rows
        .map(|row| row.split_once(" -> ").unwrap_or((row, "")))
        .collect();
    let names: Vec<_> = rows.iter().map(|(name, _)| *name).collect();
    let pairs = imports::pairs(&workspace().join(src), &files(src, "rs"), &names);
    let mut faults = Vec::new();
    for (at, (user, allowed)) in rows.iter().enumerate() {
        for used in allowed.split(' ').filter(|used| !used.is_empty()) {
            if !pairs.contains_key(&(*user, used)) {
                faults.push(format!("{user} no longer uses {used}"));
            }
            if !names[at + 1..].contains(&used) {
                faults.push(format!("{user} uses {used}, which is not below it"));
            }
        }
    }
    for ((user, used), files) in &pairs {
        let row = rows.iter().find(|(name, _)| name == user);
        if !row.is_some_and(|(_, allowed)| allowed.split(' ').any(|allowed| allowed == *used)) {
            faults.push(format!("{user} must not use {used}: {files:?}"));
        }
    }
    assert!(faults.is_empty(), "{src}:\n{}", faults.join("\n"));
}

#[test]
fn the_apps_rooms_use_each_other_from_the_top_down() {
    assert_doors("app/src", rooms::APP);
}

#[test]
fn the_servers_modules_use_each_other_from_the_top_down() {
    assert_doors("server/src", rooms::SERVER);
}
