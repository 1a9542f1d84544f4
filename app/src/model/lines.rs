//! Where lines end: the one rule for everything that splits texts into lines.

use std::borrow::Cow;

/// Whether a character ends a line: the mandatory breaks of Unicode ([UAX
/// #14](https://www.unicode.org/reports/tr14/), classes BK, CR, LF and NL). These are LF, VT, FF,
/// CR, NEL, and the separators of lines and paragraphs.
pub fn ends_line(c: char) -> bool {
    matches!(c, '\n'..='\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Returns the lines of a text without their ends. CR LF ends one line; a text that ends with a
/// line break has no empty line after it.
pub fn lines(text: &str) -> Lines<'_> {
    Lines(text)
}

/// Iterator over the lines of a text: see [`lines`].
#[derive(Clone, Debug)]
pub struct Lines<'a>(&'a str);

impl<'a> Lines<'a> {
    /// Returns the remaining lines as one text.
    pub fn rest(&self) -> &'a str {
        self.0
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        if self.0.is_empty() {
            return None;
        }
        let Some(end) = self.0.find(ends_line) else {
            return Some(std::mem::take(&mut self.0));
        };
        let (line, rest) = self.0.split_at(end);
        let mut behind = rest.chars();
        behind.next();
        let rest = rest.strip_prefix("\r\n").unwrap_or(behind.as_str());
        self.0 = rest;
        Some(line)
    }
}

/// Returns the text on one line: its trimmed lines, joined by spaces, without the blank ones.
pub(super) fn on_one_line(text: Cow<'_, str>) -> Cow<'_, str> {
    if !text.trim().contains(ends_line) {
        return text;
    }
    let mut joined = String::with_capacity(text.len());
    for line in lines(&text).map(str::trim).filter(|line| !line.is_empty()) {
        if !joined.is_empty() {
            joined.push(' ');
        }
        joined.push_str(line);
    }
    Cow::Owned(joined)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mandatory_line_break_of_unicode_ends_a_line() {
        let ends = [
            "\n", "\r", "\r\n", "\u{b}", "\u{c}", "\u{85}", "\u{2028}", "\u{2029}",
        ];
        for end in ends {
            let text = format!("milk{end}{end}bread{end}");
            assert_eq!(
                lines(&text).collect::<Vec<_>>(),
                ["milk", "", "bread"],
                "{end:?}"
            );
        }
        for no_end in ["\t", " ", "\u{a0}", "\u{1c}", "\u{200b}", "\\n", "↵"] {
            assert_eq!(lines(no_end).count(), 1, "{no_end:?}");
        }
        assert_eq!(lines("\n\r").count(), 2);
        assert_eq!(lines("").count(), 0);
    }

    #[test]
    fn a_text_of_several_lines_is_put_on_one() {
        for (text, wanted) in [
            ("milk", "milk"),
            ("milk\r\nand bread", "milk and bread"),
            (" two \u{2028}\u{2028}\tlines\n", "two lines"),
            ("a\u{b}b\u{c}c\u{85}d\u{2029}e\rf", "a b c d e f"),
        ] {
            assert_eq!(on_one_line(text.into()), wanted);
        }
    }
}
