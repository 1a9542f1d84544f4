//! Parses lists that people wrote by hand or exported.

use sync::Model as _;

use super::{
    Entry, Outline, due,
    marks::{
        BYTE_ORDER_MARK, behind_box, behind_bullet, behind_number, fence, heading, rule, visible,
    },
};
use crate::{Item, ItemPatch, Longdesc, lines, model::is_blank};

/// Stands for a line break within a line, after a backslash.
pub(super) const ENDS: [(char, char); 7] = [
    ('\n', '↵'),
    ('\r', '␍'),
    ('\u{b}', '␋'),
    ('\u{c}', '␌'),
    ('\u{85}', '␤'),
    ('\u{2028}', '⏎'),
    ('\u{2029}', '¶'),
];

/// Most levels of numbered lists that are recognized; the numbers of deeper ones stay in the text.
const MAX_LEVELS: usize = 16;

/// Largest notes that are parsed, in bytes. Longer ones are too long in any case, and parsing
/// stops.
const MAX_NOTES: usize = Longdesc::LIMIT * 4;

/// Parses the list that a text means. Each line is an entry, without its mark and with its date.
/// Lines indented below an entry, or fenced, are its notes. Headings are sections; if the text
/// begins with its only first-level heading, that is the title.
pub fn read(text: &str) -> Outline {
    let whole = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    let (title, text) = underlined_title(whole).unzip();
    let text = text.unwrap_or(whole);
    let Shape { kinds, titles } = Shape::of(text);
    let mut outline = Outline {
        title: title.map(unescaped),
        items: Vec::new(),
    };
    let mut lines = lines(text).zip(kinds).peekable();
    let mut is_start = true;
    let (mut indent, mut fence_indent) = (0, 0);
    // Whether a blank line or nothing comes before the line.
    let mut is_apart = true;
    while let Some((line, kind)) = lines.next() {
        let text = line.trim();
        if text.is_empty() && kind != Kind::Fenced {
            is_apart = true;
            continue;
        }
        let depth = indent_of(line);
        let items = &mut outline.items;
        if kind == Kind::Fenced
            && let Some(entry) = items.last_mut()
        {
            note(entry, without_indent(line, fence_indent));
            continue;
        }
        if kind == Kind::Fence {
            fence_indent = depth;
        }
        let is_bare = rule(text).is_some() || fence(text) == Some(text);
        let is_nothing = text.is_empty() || is_bare;
        let is_own = !matches!(kind, Kind::Skipped | Kind::Fence) && !is_nothing;
        let was_apart = std::mem::replace(&mut is_apart, text.is_empty() || kind == Kind::Skipped);
        let was_start = is_start;
        is_start = is_start && !is_own;
        if !is_own {
            continue;
        }
        let underline = lines.peek().and_then(|(next, _)| rule(next));
        if was_start
            && outline.title.is_none()
            && titles == 1
            && let Some((1, title)) = heading(text)
        {
            outline.title = Some(unescaped(title));
            is_apart = true;
            continue;
        }
        if let Some(entry) = items.last_mut()
            && depth > indent
            && !is_entry(text, kind == Kind::Counted)
        {
            let text = line.trim_start();
            match text.strip_prefix('\\') {
                Some(escaped) => note(entry, &unescaped(escaped)),
                None => note(entry, text),
            }
            if entry
                .longdesc
                .as_ref()
                .is_some_and(|notes| notes.len() > MAX_NOTES)
            {
                break;
            }
            continue;
        }
        if let Some(mut entry) = read_entry(text, kind == Kind::Counted) {
            let is_underlined = underline == Some('=') || (underline == Some('-') && was_apart);
            if is_underlined && !is_entry(text, kind == Kind::Counted) {
                entry.issection = true;
            }
            items.push(entry);
            indent = depth;
            if items.len() > Item::LIMIT {
                break;
            }
        }
    }
    outline
}

/// Returns the title that a text begins with, if it is underlined by `===`, and the rest of the
/// text.
fn underlined_title(text: &str) -> Option<(&str, &str)> {
    let mut lines = lines(text);
    let title = lines.find(|line| !line.trim().is_empty())?;
    (rule(lines.next()?) == Some('=')).then(|| (title.trim(), lines.rest()))
}

/// Parses one typed line as an item. Only its mark is removed; `None` if nothing else is there.
pub fn read_line(line: &str) -> Option<ItemPatch> {
    let marks = Marks::of(line, false);
    let text = marks.text.trim();
    (!text.is_empty()).then(|| ItemPatch {
        isdone: marks.isdone.then_some(true),
        issection: marks.issection.then_some(true),
        ..ItemPatch::shortdesc(text)
    })
}

/// What the marks before a line say, and the text after them.
struct Marks<'a> {
    isdone: bool,
    issection: bool,
    /// Whether there are marks: only then may a writer have put backslashes into the text.
    is_marked: bool,
    text: &'a str,
}

impl<'a> Marks<'a> {
    fn of(line: &'a str, is_counted: bool) -> Self {
        let line = line.trim_end();
        let section = heading(line).map(|(_, text)| text);
        let section = section.or_else(|| line.strip_prefix("== ")?.strip_suffix(" =="));
        if let Some(text) = section {
            return Self {
                isdone: false,
                issection: true,
                is_marked: true,
                text,
            };
        }
        let number = is_counted.then(|| behind_number(line)).flatten();
        let mark = number.map(|(_, text)| text).or_else(|| behind_bullet(line));
        let behind_box = behind_box(mark.unwrap_or(line));
        Self {
            isdone: behind_box.is_some_and(|(isdone, _)| isdone),
            issection: false,
            is_marked: mark.is_some() || behind_box.is_some(),
            text: behind_box.map(|(_, text)| text).or(mark).unwrap_or(line),
        }
    }
}

/// Returns an entry without its notes; `None` for a mark with no text after it.
fn read_entry(line: &str, is_counted: bool) -> Option<Entry> {
    let marks = Marks::of(line, is_counted);
    let (text, due) = match due::at_end(marks.text) {
        Some((text, due)) => (text, Some(due)),
        None => (marks.text, None),
    };
    let text = if marks.is_marked {
        unescaped(text)
    } else {
        text.to_owned()
    };
    let shortdesc = text.trim().to_owned();
    (!is_blank(&shortdesc)).then_some(Entry {
        shortdesc,
        longdesc: None,
        isdone: marks.isdone,
        due,
        issection: marks.issection,
    })
}

/// Whether a mark or checkbox makes the line an entry, at any depth.
fn is_entry(line: &str, is_counted: bool) -> bool {
    is_counted || behind_bullet(line).is_some() || behind_box(line).is_some()
}

fn note(entry: &mut Entry, line: &str) {
    match &mut entry.longdesc {
        Some(notes) => {
            notes.push('\n');
            notes.push_str(line);
        }
        none => *none = Some(line.to_owned()),
    }
}

/// Returns the line without up to `width` bytes of white space before it.
fn without_indent(line: &str, indent: usize) -> &str {
    let is_indent = |(at, c): &(usize, char)| *at < indent && c.is_whitespace();
    let last = line.char_indices().take_while(is_indent).last();
    &line[last.map_or(0, |(at, c)| at + c.len_utf8())..]
}

fn indent_of(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// A backslash before anything but punctuation was typed by a person, and stays.
pub(super) fn unescaped(text: &str) -> String {
    let mut unescaped = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        let mut ahead = rest.clone();
        let next = if c == '\\' { ahead.next() } else { None };
        let meant = next.and_then(|next| {
            let end = ENDS.iter().find(|(_, sign)| *sign == next);
            let is_plain = next.is_ascii_punctuation() || next == BYTE_ORDER_MARK;
            end.map(|(end, _)| *end).or(is_plain.then_some(next))
        });
        if meant.is_some() {
            rest = ahead;
        }
        unescaped.push(meant.unwrap_or(c));
    }
    unescaped
}

/// What the lines around a line make of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Plain,
    /// Its number is a mark, since the lines are numbered in sequence.
    Counted,
    /// Opens or closes a fence.
    Fence,
    /// Within a fence.
    Fenced,
    /// Part of the front matter.
    Skipped,
}

/// What the whole text says about each of its lines.
struct Shape {
    /// One for each line.
    kinds: Vec<Kind>,
    /// The number of first-level headings.
    titles: usize,
}

/// A numbered list that may go on.
#[derive(Clone, Copy)]
struct Level {
    indent: usize,
    last: u32,
    /// The line of its first number, until a second number follows.
    first: Option<usize>,
}

/// An open fence. One that is never closed is not a fence but a line like others.
struct Fence<'a> {
    line: usize,
    signs: &'a str,
    /// No entry comes before it: it encloses the list itself, not notes.
    holds_list: bool,
    /// The state to return to when it is closed.
    titles: usize,
    levels: Vec<Level>,
}

impl Shape {
    fn of(text: &str) -> Self {
        let matter = front_matter(text);
        let mut kinds = Vec::new();
        let mut titles = 0;
        let mut levels: Vec<Level> = Vec::new();
        let mut open: Option<Fence<'_>> = None;
        let mut has_entry = false;
        for (at, line) in lines(text).enumerate() {
            if at < matter {
                kinds.push(Kind::Skipped);
                continue;
            }
            kinds.push(Kind::Plain);
            if line.is_empty() {
                continue;
            }
            if let Some(signs) = fence(line) {
                match open.take() {
                    None => {
                        open = Some(Fence {
                            line: at,
                            signs,
                            holds_list: !has_entry,
                            titles,
                            levels: levels.clone(),
                        });
                    }
                    Some(fence) if signs.starts_with(fence.signs) && line.trim() == signs => {
                        kinds[fence.line] = Kind::Fence;
                        kinds[at] = Kind::Fence;
                        if !fence.holds_list {
                            kinds[fence.line + 1..at].fill(Kind::Fenced);
                            (titles, levels) = (fence.titles, fence.levels);
                        }
                    }
                    // It is part of the fenced text.
                    other => open = other,
                }
                continue;
            }
            if line.starts_with('#') && heading(line).is_some_and(|(level, _)| level == 1) {
                titles += 1;
            } else if !line.trim().is_empty() && rule(line).is_none() {
                has_entry = true;
            }
            let Some((number, _)) = behind_number(line) else {
                continue;
            };
            let indent = line.len() - visible(line).len();
            while levels.last().is_some_and(|level| level.indent > indent) {
                levels.pop();
            }
            let is_known = levels.last().is_some_and(|level| level.indent == indent);
            if number == 1 && (is_known || levels.len() < MAX_LEVELS) {
                levels.truncate(levels.len() - usize::from(is_known));
                levels.push(Level {
                    indent,
                    last: 1,
                    first: Some(at),
                });
            } else if let Some(level) = levels.last_mut().filter(|_| is_known)
                && number == level.last + 1
            {
                level.last = number;
                kinds[at] = Kind::Counted;
                if let Some(first) = level.first.take() {
                    kinds[first] = Kind::Counted;
                }
            }
        }
        Self { kinds, titles }
    }
}

/// Returns the number of lines of the front matter: fields between two rules.
fn front_matter(text: &str) -> usize {
    let mut lines = lines(text);
    if lines.next().map(str::trim_end) != Some("---") {
        return 0;
    }
    for (at, line) in (1..).zip(lines) {
        let line = line.trim_end();
        let key = line.split_once(':').map(|(key, _)| key);
        // In small letters, as programs write them: "Milk: 2 l" is an entry.
        let is_field = key.is_some_and(|key| {
            let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
            key.starts_with(|c: char| c.is_ascii_lowercase()) && key.chars().all(is_plain)
        });
        match line {
            "---" | "..." if at > 1 => return at + 1,
            _ if is_field => {}
            // The first must be a field.
            _ if at > 1 && (line.is_empty() || line.starts_with([' ', '\t', '#', '-'])) => {}
            _ => return 0,
        }
    }
    0
}
