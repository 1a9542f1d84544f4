//! The formats that people read: a line per entry, its notes indented below it.
//!
//! What would be taken for something else when it is read again bears a backslash before it.

use std::fmt::Write;

use app::{
    Date,
    marks::{without_box, without_mark},
};

use super::{Entry, Outline};

/// What a format puts around its entries.
pub(super) struct Dialect {
    title: fn(&str) -> String,
    section: fn(&str) -> String,
    open: &'static str,
    done: &'static str,
}

pub(super) const MARKDOWN: Dialect = Dialect {
    title: |title| format!("# {title}\n"),
    section: |section| format!("## {section}"),
    open: "- [ ] ",
    done: "- [x] ",
};

pub(super) const TEXT: Dialect = Dialect {
    title: |title| {
        format!(
            "{title}\n{}\n",
            "=".repeat(title.chars().count().clamp(3, 60))
        )
    },
    section: |section| format!("== {section} =="),
    open: "[ ] ",
    done: "[x] ",
};

/// What stands for the end of a line within a title.
const NEW_LINE: char = '↵';
const RETURN: char = '␍';
/// At the start of a file it is no part of the text.
const BYTE_ORDER_MARK: char = '\u{feff}';

pub(super) fn write(outline: &Outline, dialect: &Dialect) -> String {
    let mut file = (dialect.title)(&escaped(outline.title.as_deref().unwrap_or("…")));
    file.push('\n');
    for (index, entry) in outline.items.iter().enumerate() {
        let text = with_due(escaped(&entry.shortdesc), entry.due.as_deref());
        // Writing to a String cannot fail.
        let _ = match (entry.issection, entry.isdone) {
            (true, _) => {
                let gap = if index > 0 { "\n" } else { "" };
                writeln!(file, "{gap}{}", (dialect.section)(&text))
            }
            (_, false) => writeln!(file, "{}{text}", dialect.open),
            (_, true) => writeln!(file, "{}{text}", dialect.done),
        };
        for line in entry.longdesc.iter().flat_map(|notes| notes.split('\n')) {
            let _ = match is_safe(line) {
                true => writeln!(file, "  {line}"),
                false => writeln!(file, "  \\{}", escaped(line)),
            };
        }
        if entry.issection {
            file.push('\n');
        }
    }
    file
}

pub(super) fn read(text: &str) -> Outline {
    let mut lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    let mut outline = Outline::default();
    let headings = lines
        .iter()
        .filter(|line| heading(line).is_some_and(|(level, _)| level == 1));
    let has_one_heading = headings.count() == 1;
    match lines[..] {
        [title, underline, ..] if is_underline(underline) => {
            outline.title = Some(unescaped(title.trim()));
            lines.drain(..2);
        }
        [first, ..] if has_one_heading => {
            if let Some((1, title)) = heading(first) {
                outline.title = Some(unescaped(title.trim()));
                lines.remove(0);
            }
        }
        _ => {}
    }
    for line in lines {
        let text = line.trim_start();
        match outline.items.last_mut() {
            Some(entry) if text.len() < line.len() && !is_entry(text) => {
                let note = text.strip_prefix('\\').map(unescaped);
                let note = note.as_deref().unwrap_or(text);
                match &mut entry.longdesc {
                    Some(notes) => *notes = format!("{notes}\n{note}"),
                    none => *none = Some(note.to_owned()),
                }
            }
            _ => outline.items.extend(read_entry(text)),
        }
    }
    outline
}

/// An entry without its notes; `None` for a mark with nothing behind it.
fn read_entry(line: &str) -> Option<Entry> {
    let line = line.trim_end();
    let section = heading(line).map(|(_, text)| text);
    let section = section.or_else(|| line.strip_prefix("== ")?.strip_suffix(" =="));
    let (isdone, text) = match section {
        Some(text) => (false, text),
        None => without_box(without_mark(line)),
    };
    let (text, due) = without_due(text);
    let shortdesc = unescaped(text).trim().to_owned();
    (!shortdesc.is_empty()).then(|| Entry {
        shortdesc,
        longdesc: None,
        isdone,
        due: due.map(str::to_owned),
        issection: section.is_some(),
    })
}

/// Whether a line is an entry by its mark or box.
fn is_entry(line: &str) -> bool {
    without_mark(line).len() < line.len() || without_box(line).1.len() < line.len()
}

/// How deep a heading is, and its text.
fn heading(line: &str) -> Option<(usize, &str)> {
    let text = line.trim_start_matches('#');
    let level = line.len() - text.len();
    let text = text.strip_prefix(' ')?;
    (1..=6).contains(&level).then_some((level, text))
}

fn is_underline(line: &str) -> bool {
    let line = line.trim_end();
    line.len() >= 3 && line.bytes().all(|byte| byte == b'=')
}

const DUE: &str = " (due ";

fn with_due(text: String, due: Option<&str>) -> String {
    let text = match without_due(&text) {
        (_, None) => text,
        (before, Some(day)) => format!("{before} \\(due {day})"),
    };
    match due {
        Some(day) => format!("{text}{DUE}{day})"),
        None => text,
    }
}

/// The text and the day at its end.
fn without_due(text: &str) -> (&str, Option<&str>) {
    let split = || {
        let (before, day) = text.strip_suffix(')')?.rsplit_once(DUE)?;
        let is_text = !before.trim().is_empty();
        (is_text && Date::parse(day).is_ok()).then_some((before, Some(day)))
    };
    split().unwrap_or((text, None))
}

/// Whether a line of notes is read as it stands.
fn is_safe(line: &str) -> bool {
    let begins_well = !line.starts_with(|c: char| c.is_whitespace() || c == '\\');
    let is_blank = line.trim().is_empty();
    begins_well && !is_blank && !line.contains('\r') && !is_entry(line)
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => escaped.push_str("\\\\"),
            '\n' => escaped.extend(['\\', NEW_LINE]),
            '\r' => escaped.extend(['\\', RETURN]),
            BYTE_ORDER_MARK => escaped.extend(['\\', c]),
            c => escaped.push(c),
        }
    }
    escaped
}

/// A backslash before anything but punctuation is one that somebody typed.
fn unescaped(text: &str) -> String {
    let mut unescaped = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let next = chars.peek().copied().filter(|_| c == '\\');
        let meant = match next {
            Some(NEW_LINE) => Some('\n'),
            Some(RETURN) => Some('\r'),
            Some(next) if next.is_ascii_punctuation() || next == BYTE_ORDER_MARK => Some(next),
            _ => None,
        };
        if meant.is_some() {
            chars.next();
        }
        unescaped.push(meant.unwrap_or(c));
    }
    unescaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(file: &str) -> Vec<String> {
        let outline = read(file);
        outline
            .items
            .into_iter()
            .map(|entry| entry.shortdesc)
            .collect()
    }

    #[test]
    fn lists_are_read_as_people_write_them() {
        let file =
            "* milk\n1. eggs\n 2) tea\n+ [X] salt\n\n- \nplain, 3 of them\n  - nested\nC:\\temp";
        let wanted = [
            "milk",
            "eggs",
            "tea",
            "salt",
            "plain, 3 of them",
            "nested",
            "C:\\temp",
        ];
        assert_eq!(texts(file), wanted);
        assert!(read(file).items[3].isdone);
        assert_eq!(read(file).title, None);
    }

    #[test]
    fn one_heading_at_the_start_is_the_title_and_others_are_sections() {
        let one = read("# Shop\n- milk");
        assert_eq!((one.title.as_deref(), one.items.len()), (Some("Shop"), 1));
        let two = read("# Dairy\n- milk\n# Fruit\n- apples");
        assert_eq!((two.title, two.items.len()), (None, 4));
        assert!(two.items[2].issection);
    }

    #[test]
    fn a_day_that_there_is_not_is_text() {
        assert_eq!(texts("- cake (due 2026-02-30)"), ["cake (due 2026-02-30)"]);
        let entry = read_entry("- cake (due 2028-02-29)").expect("an entry");
        assert_eq!(
            (&*entry.shortdesc, entry.due.as_deref()),
            ("cake", Some("2028-02-29"))
        );
    }
}
