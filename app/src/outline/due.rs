//! The date at the end of an entry: `(due 2026-11-24)`, or as people write it, `(fällig
//! 24.11.2026)`.

use crate::Date;

/// Returns the text before the date at its end, the date, and the index of its opening bracket.
pub(super) fn at_end(text: &str) -> Option<(&str, String)> {
    let (before, day) = text.strip_suffix(')')?.rsplit_once('(')?;
    let (word, day) = day.trim().rsplit_once([' ', '\u{a0}'])?;
    let word = word.trim_end_matches(|c: char| c == ':' || c.is_whitespace());
    let word = word.to_ascii_lowercase();
    let is_word = [
        "due",
        "fällig",
        "due on",
        "due by",
        "fällig am",
        "fällig bis",
    ]
    .contains(&&*word);
    let text = before.trim_end();
    if !is_word || text.len() == before.len() || text.is_empty() {
        return None;
    }
    Some((text, read(day)?.to_string()))
}

/// Parses `2026-11-24` and `24.11.2026`.
fn read(day: &str) -> Option<Date> {
    if let Ok(date) = Date::parse(day) {
        return Some(date);
    }
    let mut parts = day.split('.');
    let mut number = |most: usize| {
        let part = parts.next()?;
        let is_number = part.len() <= most && part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse::<u16>().ok().filter(|_| is_number)
    };
    let (day, month, year) = (number(2)?, number(2)?, number(4)?);
    let is_whole = parts.next().is_none() && year >= 1_000;
    let date = Date::new(year, u8::try_from(month).ok()?, u8::try_from(day).ok()?);
    date.filter(|_| is_whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_as_people_of_either_language_write_it() {
        for text in [
            "cake (due 2026-11-24)",
            "cake (Due: 2026-11-24)",
            "cake  (due on 24.11.2026)",
            "cake (fällig 24.11.2026)",
            "cake (Fällig am 24.11.2026)",
            "cake (fällig 2026-11-24)",
        ] {
            assert_eq!(
                at_end(text),
                Some(("cake", "2026-11-24".to_owned())),
                "{text}"
            );
        }
        assert_eq!(
            at_end("x (fällig 4.1.2027)"),
            Some(("x", "2027-01-04".to_owned()))
        );
    }

    #[test]
    fn what_is_not_a_date_is_text() {
        for text in [
            "cake (due 2026-02-30)",
            "cake (fällig 31.11.2026)",
            "cake (fällig 24.11.26)",
            "cake (fällig 24.11.)",
            "cake (fällig +1.11.2026)",
            "cake (fällig 24.11.2026.)",
            "cake (24.11.2026)",
            "cake (overdue 2026-11-24)",
            "cake(due 2026-11-24)",
            "(due 2026-11-24)",
            "cake \\(due 2026-11-24)",
            "cake (due 2026-11-24",
        ] {
            assert_eq!(at_end(text), None, "{text}");
        }
    }
}
