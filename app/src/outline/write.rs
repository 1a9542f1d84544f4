//! Writes lists: one line for each entry, its notes indented below it.
//!
//! A backslash precedes whatever would be parsed as something else.

use std::fmt::Write as _;

use super::{
    Outline, due,
    marks::{BYTE_ORDER_MARK, behind_box, behind_bullet, behind_number, fence, rule},
    read::ENDS,
};
use crate::ends_line;

/// The marks that a format puts before its entries.
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
            let _ = if is_safe(line) {
                writeln!(file, "  {line}")
            } else {
                writeln!(file, "  \\{}", escaped(line))
            };
        }
        if entry.issection {
            file.push('\n');
        }
    }
    file
}

/// A date at the end of the title itself gets a backslash.
fn with_due(mut text: String, due: Option<&str>) -> String {
    if due::at_end(&text).is_some()
        && let Some(bracket) = text.rfind('(')
    {
        text.insert(bracket, '\\');
    }
    match due {
        Some(day) => format!("{text} (due {day})"),
        None => text,
    }
}

/// Whether a line of notes is parsed as it is.
fn is_safe(line: &str) -> bool {
    let begins_well = !line.starts_with(|c: char| c.is_whitespace() || c == '\\');
    let is_mark = behind_bullet(line).is_some()
        || behind_box(line).is_some()
        || behind_number(line).is_some()
        || rule(line).is_some()
        || fence(line).is_some();
    begins_well && !line.is_empty() && !line.contains(ends_line) && !is_mark
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        let end = ENDS.iter().find(|(end, _)| *end == c);
        if c == '\\' || c == BYTE_ORDER_MARK || end.is_some() {
            escaped.push('\\');
        }
        escaped.push(end.map_or(c, |(_, sign)| *sign));
    }
    escaped
}
