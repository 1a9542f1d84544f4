//! The marks that people put before the lines of a list, such as bullets and numbers.

/// Byte order mark: not part of the text at the start of a file.
pub(super) const BYTE_ORDER_MARK: char = '\u{feff}';

/// Marks of unnumbered lists.
const BULLETS: [char; 14] = [
    '-', '*', '+', '•', '–', '—', '‣', '◦', '▪', '●', '○', '·', '⁃', '∙',
];

/// Names and abbreviations of months: a number before one is a day, not a mark.
const MONTHS: &str = " jan january januar feb february februar mar mär march märz apr april may mai jun june \
    juni jul july juli aug august sep sept september oct okt october oktober nov november dec dez \
    december dezember ";

/// Returns the text from its first visible character on. Some programs put invisible ones before a
/// line's mark.
pub(super) fn visible(text: &str) -> &str {
    text.trim_start_matches(|c: char| {
        c.is_whitespace()
            || matches!(c, BYTE_ORDER_MARK | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}')
    })
}

/// Returns the text after a bullet and white space, which may be empty.
pub(super) fn behind_bullet(line: &str) -> Option<&str> {
    behind_space(visible(line).strip_prefix(BULLETS)?)
}

/// Returns whether the checkbox before a text is ticked, and the text after it.
pub(super) fn behind_box(text: &str) -> Option<(bool, &str)> {
    let text = visible(text);
    for (isdone, signs) in [(false, ["[ ]", "[]", "☐"]), (true, ["[x]", "[X]", "☑"])] {
        for sign in signs {
            // `[x](address)` is a link.
            if let Some(rest) = text.strip_prefix(sign)
                && !rest.starts_with(['(', '[', ':'])
            {
                return Some((isdone, behind_sign(rest)));
            }
        }
    }
    let ticked = text.strip_prefix(['✓', '✔', '☒', '✅']);
    ticked.map(|rest| (true, behind_sign(rest)))
}

/// A variation selector may follow the sign.
fn behind_sign(rest: &str) -> &str {
    rest.trim_start_matches(['\u{fe0e}', '\u{fe0f}'])
}

/// Returns the number before a line, and the text after it: for `2. milk` or `2) milk`, but not for
/// a date.
pub(super) fn behind_number(line: &str) -> Option<(u32, &str)> {
    let line = visible(line);
    let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = line.len() - rest.len();
    let number = line[..digits].parse().ok().filter(|_| digits <= 4)?;
    let text = behind_space(rest.strip_prefix(['.', ')'])?)?;
    (!is_rest_of_date(text)).then_some((number, text))
}

/// Whether a text begins with a month, by name or number, so that the number before it is a day.
fn is_rest_of_date(text: &str) -> bool {
    let text = text.trim_start();
    let behind = text.trim_start_matches(|c: char| c.is_ascii_digit());
    if behind.len() < text.len() {
        return behind
            .strip_prefix('.')
            .is_some_and(|rest| behind_space(rest).is_some());
    }
    let end = text.find(|c: char| c.is_whitespace() || c.is_ascii_punctuation());
    let word = text[..end.unwrap_or(text.len())].to_ascii_lowercase();
    MONTHS
        .split(' ')
        .any(|month| month == word && !word.is_empty())
}

/// Returns the text after white space, or an empty text.
fn behind_space(rest: &str) -> Option<&str> {
    let text = rest.trim_start();
    (text.len() < rest.len() || rest.is_empty()).then_some(text)
}

/// Returns a heading's level and text.
pub(super) fn heading(line: &str) -> Option<(usize, &str)> {
    let line = visible(line);
    let text = line.trim_start_matches('#');
    let level = line.len() - text.len();
    let title = text.trim_start();
    ((1..=6).contains(&level) && title.len() < text.len()).then_some((level, title))
}

/// Returns the sign that the whole line consists of: a rule, or the underline of a title.
pub(super) fn rule(line: &str) -> Option<char> {
    let mut signs = line.chars().filter(|c| !c.is_whitespace());
    let first = signs.next().filter(|c| "-*_=".contains(*c))?;
    // `== = ==` is a section.
    let is_whole = first != '=' || !line.trim().contains(char::is_whitespace);
    (is_whole && signs.clone().count() >= 2 && signs.all(|c| c == first)).then_some(first)
}

/// Returns the signs that open or close a fence: three or more backticks or tildes.
pub(super) fn fence(line: &str) -> Option<&str> {
    let line = line.trim();
    let sign = line.chars().next().filter(|c| "`~".contains(*c))?;
    let rest = line.trim_start_matches(sign);
    let signs = &line[..line.len() - rest.len()];
    // Neither `code` within a line is a fence nor a title between ornaments: `~~~ weekend ~~~`.
    (signs.len() >= 3 && !rest.contains('`') && !rest.ends_with('~')).then_some(signs)
}
