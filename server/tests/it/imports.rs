//! Which modules of a crate use which others, as the paths in its files say.
//!
//! Read as text: `crate::…`, and `super::…` where it leads out of a module. Comments say nothing.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// For each pair of top-level modules, a user and what it uses, the files in which it does.
pub(crate) type Pairs = BTreeMap<(String, String), BTreeSet<String>>;

/// The names of a crate's top-level modules.
pub(crate) fn modules(src: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(src).expect("a folder");
    entries
        .map(|entry| {
            let path = entry.expect("an entry").path();
            path.file_stem()
                .expect("a name")
                .to_string_lossy()
                .into_owned()
        })
        .filter(|name| !matches!(&**name, "lib" | "main"))
        .collect()
}

/// The pairs of modules of a crate, read from the files in its folder. What the crate's root offers under
/// a name of its own counts as the module that it comes from.
pub(crate) fn pairs(src: &Path, files: &[impl AsRef<Path>]) -> Pairs {
    let modules = modules(src);
    let root = root_names(src, &modules);
    let mut pairs = Pairs::new();
    for file in files {
        let path = file
            .as_ref()
            .strip_prefix(src)
            .expect("a file of the crate");
        let path = path.with_extension("");
        let names: Vec<_> = path
            .iter()
            .map(|name| name.to_string_lossy().into_owned())
            .filter(|name| name != "mod")
            .collect();
        let Some(user) = names.first().filter(|name| modules.contains(*name)) else {
            continue;
        };
        let text = fs::read_to_string(file).expect("text");
        for used in heads(&text, names.len()) {
            let used = root.get(&used).cloned().unwrap_or(used);
            if used != *user {
                let pair = (user.clone(), used);
                pairs
                    .entry(pair)
                    .or_default()
                    .insert(path.display().to_string());
            }
        }
    }
    pairs
}

/// For each name that the crate's root re-exports, the module that it comes from.
fn root_names(src: &Path, modules: &BTreeSet<String>) -> BTreeMap<String, String> {
    let text = uncommented(&fs::read_to_string(src.join("lib.rs")).expect("text"));
    let uses = text.split("use ").skip(1).flat_map(|rest| paths(rest).0);
    uses.filter_map(|path| {
        let mut path = path.into_iter().filter(|name| name != "self");
        let module = path.next().filter(|module| modules.contains(module))?;
        Some((path.next_back()?, module))
    })
    .collect()
}

/// The first names of all paths that begin at the crate's root, in a file that is a module so deep in it.
fn heads(text: &str, depth: usize) -> BTreeSet<String> {
    let text = uncommented(text);
    let mut heads = BTreeSet::new();
    let mut inline = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let indent = line.len() - line.trim_start().len();
        if inline.last() == Some(&indent) && line.trim() == "}" {
            inline.pop();
        }
        if line.trim_end().ends_with('{') && line.split(' ').any(|word| word.trim() == "mod") {
            inline.push(indent);
        }
        for (at, _) in line.match_indices("::") {
            let before = &line[..at];
            let word = before.rsplit(|c: char| !is_of_name(c)).next();
            let rest = &text[start + at + 2..];
            let supers = match word {
                Some("crate") => depth + inline.len(),
                Some("super") => chain(before),
                _ => continue,
            };
            if supers == depth + inline.len() {
                let found = paths(rest).0.into_iter();
                heads.extend(found.filter_map(|path| path.into_iter().next()));
            }
        }
        start += line.len();
    }
    // `super::super::…` is looked at by its last part alone.
    heads.remove("super");
    heads
}

/// How many `super` stand one after the other at the end of a text.
fn chain(before: &str) -> usize {
    let mut rest = before;
    let mut count = 0;
    while let Some(shorter) = rest.strip_suffix("super") {
        count += 1;
        rest = shorter.strip_suffix("::").unwrap_or("");
    }
    count
}

fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The text without its line comments.
fn uncommented(text: &str) -> String {
    let code = |line: &str| {
        let comment = line.match_indices("//").find(|(at, _)| {
            let before = &line[..*at];
            before.is_empty() || before.ends_with(char::is_whitespace)
        });
        format!("{}\n", &line[..comment.map_or(line.len(), |(at, _)| at)])
    };
    text.lines().map(code).collect()
}

/// The paths at the beginning of a text, such as `a::{b, c::D as E}`, and what follows them. The last
/// name of a path is the one under which it is known.
fn paths(text: &str) -> (Vec<Vec<String>>, &str) {
    let mut text = text.trim_start();
    if let Some(mut rest) = text.strip_prefix('{') {
        let mut all = Vec::new();
        loop {
            let (found, after) = paths(rest);
            let after = after.trim_start();
            if found.is_empty() || after.is_empty() {
                break;
            }
            all.extend(found.into_iter().filter(|path| !path[0].is_empty()));
            match after.strip_prefix(',') {
                Some(more) => rest = more,
                None => return (all, after.strip_prefix('}').unwrap_or(after)),
            }
        }
        return (all, "");
    }
    let end = text.find(|c| !is_of_name(c) && c != '*');
    let (name, rest) = text.split_at(end.unwrap_or(text.len()));
    text = rest;
    if let Some(rest) = text.strip_prefix("::") {
        let (found, rest) = paths(rest);
        let joined = found.into_iter().map(|mut path| {
            path.insert(0, name.to_owned());
            path
        });
        return (joined.collect(), rest);
    }
    if let Some(rest) = text.strip_prefix(" as ") {
        let end = rest.find(|c| !is_of_name(c)).unwrap_or(rest.len());
        let path = vec![name.to_owned(), rest[..end].to_owned()];
        return (vec![path], &rest[end..]);
    }
    (vec![vec![name.to_owned()]], text)
}

#[test]
fn paths_are_read_however_they_are_written() {
    let heads = |text: &str, depth| heads(text, depth).into_iter().collect::<Vec<_>>().join(" ");
    for (text, depth, expected) in [
        ("use crate::store::Store;", 1, "store"),
        (
            "use crate::{\n    hub::{Hub, Mailbox},\n    rpc::{self, form},\n    store,\n};",
            2,
            "hub rpc store",
        ),
        (
            "pub use crate::a::{b::{C, D as E}, F};\nuse crate::g as h;",
            1,
            "a g",
        ),
        (
            "fn f() { crate::clock::now() + crate::DAY }",
            1,
            "DAY clock",
        ),
        (
            "// use crate::a;\n/// [`crate::b`]\nlet url = \"https://x\"; crate::c::d(); // crate::e",
            1,
            "c",
        ),
        ("pub(in crate::pages) fn f() {}", 2, "pages"),
        ("use super::rates::Rates;", 1, "rates"),
        ("use super::Rates;", 2, ""),
        ("use super::super::store::Store;", 2, "store"),
        (
            "mod tests {\n    use super::*;\n    use super::super::hub::Hub;\n}\nuse super::disk::Disk;",
            1,
            "disk hub",
        ),
        ("use std::sync::Arc;\nuse app::crates::x;", 1, ""),
    ] {
        assert_eq!(heads(text, depth), expected, "{text}");
    }
}
