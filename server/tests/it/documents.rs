//! The documents name files and items that exist.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// The documents of the code. Those for users name files of theirs, too.
const DOCUMENTS: [&str; 3] = ["ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md"];

/// Folders of what is built or installed.
const MADE: [&str; 3] = ["target", "node_modules", ".git"];

/// Endings of the files that documents name.
const ENDINGS: [&str; 12] = [
    "c", "css", "html", "js", "md", "mjs", "png", "rs", "sh", "sql", "toml", "ts",
];

fn workspace() -> &'static Path {
    let server = Path::new(env!("CARGO_MANIFEST_DIR"));
    server.parent().expect("the workspace's folder")
}

/// Returns the files of the workspace, and its folders, whose paths end with a slash.
fn paths() -> BTreeSet<String> {
    fn walk(folder: &Path, under: &str, paths: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path: PathBuf = entry.expect("an entry").path();
            let name = path.file_name().expect("a name").to_string_lossy();
            if !path.is_dir() {
                paths.insert(format!("{under}{name}"));
            } else if !MADE.contains(&&*name) {
                let under = format!("{under}{name}/");
                paths.insert(under.clone());
                walk(&path, &under, paths);
            }
        }
    }
    let mut paths = BTreeSet::new();
    walk(workspace(), "", &mut paths);
    paths
}

/// Returns what a document sets as code, apart from whole lines of it.
fn code(document: &str) -> Vec<String> {
    let text = fs::read_to_string(workspace().join(document)).expect("a document");
    let spans = text.split('`').skip(1).step_by(2);
    spans
        .filter(|span| !span.is_empty() && !span.contains(char::is_whitespace))
        .map(str::to_owned)
        .collect()
}

/// Whether the code names a file or folder of the workspace, and not an address or something that is built.
fn is_path(code: &str) -> bool {
    let has_ending = code
        .rsplit_once('.')
        .is_some_and(|(_, ending)| ENDINGS.contains(&ending));
    let top = code.split('/').next().unwrap_or_default();
    (has_ending || code.contains('/')) && !top.is_empty() && !MADE.contains(&top)
}

/// Whether the code names an item of Rust: a type, a constant, or more than one word.
fn is_item(code: &str) -> bool {
    let is_rust = |letter: char| letter.is_ascii_alphanumeric() || "_:!<>".contains(letter);
    code.chars().all(is_rust)
        && (code.contains('_') || code.contains("::") || code.starts_with(char::is_uppercase))
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_alphanumeric() && letter != '_')
        .filter(|word| !word.is_empty())
}

#[test]
fn every_path_in_the_documents_exists() {
    let paths = paths();
    let exists = |named: &str| {
        let folder = format!("{}/", named.trim_end_matches('/'));
        let is = |path: &str, named: &str| path == named || path.ends_with(&format!("/{named}"));
        paths
            .iter()
            .any(|path| is(path, named) || is(path, &folder))
    };
    let mut missing = Vec::new();
    let mut count = 0;
    for document in DOCUMENTS {
        for named in code(document).into_iter().filter(|code| is_path(code)) {
            count += 1;
            if !exists(&named) {
                missing.push(format!("{document}: {named}"));
            }
        }
    }
    assert!(count > 100, "{count} paths were found");
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn every_item_in_the_documents_exists() {
    let sources = paths();
    let sources: Vec<_> = sources
        .iter()
        .filter(|path| path.contains("/src/"))
        .filter(|path| {
            Path::new(path)
                .extension()
                .is_some_and(|ending| ending == "rs")
        })
        .map(|path| fs::read_to_string(workspace().join(path)).expect("a source"))
        .collect();
    let known: BTreeSet<_> = sources.iter().flat_map(|source| words(source)).collect();
    let mut missing = Vec::new();
    let mut count = 0;
    for document in &DOCUMENTS[..2] {
        for named in code(document).into_iter().filter(|code| is_item(code)) {
            count += 1;
            if !words(&named).all(|word| known.contains(word)) {
                missing.push(format!("{document}: {named}"));
            }
        }
    }
    assert!(count > 30, "{count} items were found");
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}
