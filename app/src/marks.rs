//! The marks that people put before the lines of a list.

/// The line without `-`, `*`, `+`, `•`, `1.` or `1)` and one space before it; a mark with nothing
/// behind it is no text at all.
pub fn without_mark(line: &str) -> &str {
    let digits = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let rest = match digits {
        0 => line.strip_prefix(['-', '*', '+', '•']),
        1..=3 => line[digits..].strip_prefix(['.', ')']),
        _ => None,
    };
    match rest {
        Some("") => "",
        Some(rest) => rest.strip_prefix(char::is_whitespace).unwrap_or(line),
        None => line,
    }
}

/// Whether the box before a text, if there is one, is ticked; and what stands behind it.
pub fn without_box(text: &str) -> (bool, &str) {
    match text.get(..3) {
        Some("[ ]") => (false, &text[3..]),
        Some("[x]" | "[X]") => (true, &text[3..]),
        _ => (false, text),
    }
}
