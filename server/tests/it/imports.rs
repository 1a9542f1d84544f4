//! Which rooms of a crate use which others, as the paths in its files say. A room is a module with all that
//! stands in it, but for the rooms within it.
//!
//! Read as text: `crate::…`, `super::…`, `self::…`, and the modules that a file declares. Comments and
//! tests say nothing.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// For each pair of rooms, a user and what it uses, the files in which it does.
pub(crate) type Pairs<'a> = BTreeMap<(&'a str, &'a str), BTreeSet<String>>;

/// Returns the pairs of rooms of a crate, read from the files in its folder. What the crate's root offers
/// under a name of its own counts as the module that it comes from.
pub(crate) fn pairs<'a>(src: &Path, files: &[impl AsRef<Path>], rooms: &[&'a str]) -> Pairs<'a> {
    let root = fs::read_to_string(src.join("lib.rs")).expect("text");
    let exported: BTreeMap<String, Vec<String>> = paths(&root, &[])
        .into_iter()
        .filter_map(|path| Some((path.last()?.clone(), path)))
        .collect();
    let mut pairs = Pairs::new();
    for file in files {
        let file = file.as_ref();
        let inside = file.strip_prefix(src).expect("a file of the crate");
        let module = module_of(inside);
        let is_root = module.is_empty() || module == ["main"];
        if is_root || module.iter().any(|name| name == "tests") {
            continue;
        }
        let user = room_of(&module, rooms)
            .unwrap_or_else(|| panic!("{} is in no room of the table", inside.display()));
        for path in paths(&fs::read_to_string(file).expect("text"), &module) {
            let path = path
                .first()
                .and_then(|name| exported.get(name))
                .unwrap_or(&path);
            if let Some(used) = room_of(path, rooms).filter(|used| *used != user) {
                let files = pairs.entry((user, used)).or_default();
                files.insert(inside.display().to_string());
            }
        }
    }
    pairs
}

/// The innermost room that a path leads into.
fn room_of<'a>(path: &[String], rooms: &[&'a str]) -> Option<&'a str> {
    let leads_into = |room: &&&str| {
        let mut path = path.iter();
        room.split("::")
            .all(|name| path.next().is_some_and(|it| it == name))
    };
    rooms
        .iter()
        .filter(leads_into)
        .max_by_key(|room| room.len())
        .copied()
}

/// The module that a file holds, such as `page::list` for `page/list/mod.rs`.
fn module_of(file: &Path) -> Vec<String> {
    let names = file.with_extension("");
    names
        .iter()
        .map(|name| name.to_string_lossy().into_owned())
        .filter(|name| name != "mod" && name != "lib")
        .collect()
}

/// All paths in the text of a module that lead to somewhere in its crate, as seen from the root.
fn paths(text: &str, module: &[String]) -> Vec<Vec<String>> {
    let tokens = tokens(&code(text));
    let declares = |name: &str| {
        tokens
            .windows(3)
            .any(|it| it[0] == "mod" && it[1] == name && it[2] == ";")
    };
    let mut module = module.to_vec();
    // Where the modules end that are written within this one, in braces that are still open.
    let mut inline = Vec::new();
    let mut open = 0;
    let mut all = Vec::new();
    let mut index = 0;
    while let Some(token) = tokens.get(index) {
        match token.as_str() {
            "{" => {
                open += 1;
                if index >= 2 && tokens[index - 2] == "mod" {
                    inline.push(open);
                    module.push(tokens[index - 1].clone());
                }
            }
            "}" => {
                if inline.last() == Some(&open) {
                    inline.pop();
                    module.pop();
                }
                open -= 1;
            }
            name if is_name(name) && tokens.get(index + 1).is_some_and(|next| next == "::") => {
                let is_of_crate = matches!(name, "crate" | "self" | "super") || declares(name);
                let mut found = Vec::new();
                index = read(&tokens, index, &mut Vec::new(), &mut found);
                if is_of_crate {
                    all.extend(found.iter().map(|path| absolute(&module, path)));
                }
                continue;
            }
            _ => {}
        }
        index += 1;
    }
    all
}

/// A path that is written in a module, as seen from the crate's root.
fn absolute(module: &[String], path: &[String]) -> Vec<String> {
    let mut from = module.to_vec();
    for name in path {
        match name.as_str() {
            "crate" => from.clear(),
            "super" => _ = from.pop(),
            "self" => {}
            name => from.push(name.to_owned()),
        }
    }
    from
}

/// Reads a path, or a tree of paths that begin alike, and returns where it ends.
fn read(
    tokens: &[String],
    mut index: usize,
    path: &mut Vec<String>,
    found: &mut Vec<Vec<String>>,
) -> usize {
    let depth = path.len();
    while let Some(token) = tokens.get(index) {
        if token == "{" {
            index += 1;
            while tokens.get(index).is_some_and(|token| token != "}") {
                // A comma is no path, and is passed by.
                index = read(tokens, index, path, found).max(index + 1);
            }
            path.truncate(depth);
            return index + 1;
        }
        if !is_name(token) {
            break;
        }
        path.push(token.clone());
        index += 1;
        if tokens.get(index).is_none_or(|token| token != "::") {
            break;
        }
        index += 1;
    }
    if path.len() > depth {
        found.push(path.clone());
    }
    path.truncate(depth);
    index
}

/// Names, `::`, and single signs.
fn tokens(code: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = code;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            _ if rest.starts_with("::") => 2,
            c if is_of_name(c) => rest.find(|c| !is_of_name(c)).unwrap_or(rest.len()),
            c => c.len_utf8(),
        };
        let (token, after) = rest.split_at(length);
        if !token.trim().is_empty() {
            tokens.push(token.to_owned());
        }
        rest = after;
    }
    tokens
}

fn is_name(token: &str) -> bool {
    token.chars().all(is_of_name)
}

fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The text without its comments, and without the tests at its end.
fn code(text: &str) -> String {
    let text = text
        .split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or_default();
    let code = |line: &str| {
        let comment = line.match_indices("//").find(|(at, _)| {
            let before = &line[..*at];
            before.is_empty() || before.ends_with(char::is_whitespace)
        });
        format!("{}\n", &line[..comment.map_or(line.len(), |(at, _)| at)])
    };
    text.lines().map(code).collect()
}

#[test]
fn paths_are_read_however_they_are_written() {
    for (text, expected) in [
        ("use crate::store::Store;", "store::Store"),
        (
            "use crate::{\n    hub::{Hub, Mailbox},\n    rpc::{self, form},\n    store,\n};",
            "hub::Hub hub::Mailbox rpc rpc::form store",
        ),
        (
            "pub use crate::a::{b::{C}, F};\nuse crate::g;",
            "a::b::C a::F g",
        ),
        (
            "fn f() { crate::clock::now() + crate::DAY }",
            "clock::now DAY",
        ),
        (
            "// use crate::a;\n/// [`crate::b`]\nlet url = \"https://x\"; crate::c::d(); // crate::e",
            "c::d",
        ),
        ("pub(in crate::pages) fn f() {}", "pages"),
        ("use super::rates::Rates;", "page::rates::Rates"),
        ("use super::super::store::Store;", "store::Store"),
        ("use self::row::Row;", "page::list::row::Row"),
        ("mod row;\nfn f() { row::show() }", "page::list::row::show"),
        (
            "mod ssr {\n    use super::Hub;\n    fn f() { {} }\n}\nuse super::disk::Disk;",
            "page::list::Hub page::disk::Disk",
        ),
        ("use std::sync::Arc;\nuse app::crates::x;", ""),
        (
            "use crate::a;\n#[cfg(test)]\nmod tests {\n    use crate::b;\n}",
            "a",
        ),
    ] {
        let module = ["page".to_owned(), "list".to_owned()];
        let found = paths(text, &module).into_iter().map(|path| path.join("::"));
        assert_eq!(found.collect::<Vec<_>>().join(" "), expected, "{text}");
    }
}
