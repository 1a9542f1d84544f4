//! Compares texts as people do: regardless of case, of how letters are composed and, for search, of
//! accents. All comparisons of people's texts are here.

use std::{cell::RefCell, ops::Range};

use crate::platform;

/// A text to which many are compared.
pub(crate) struct Folded<'a> {
    text: &'a str,
    /// `None` if case is all that another may differ in.
    key: Option<String>,
}

impl<'a> Folded<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        let key = (!text.is_ascii()).then(|| key(text));
        Self { text, key }
    }

    /// Whether the other text says the same, whatever the case of its letters.
    pub(crate) fn is_same(&self, other: &str) -> bool {
        match (&self.key, other.is_ascii()) {
            (None, true) => self.text.eq_ignore_ascii_case(other),
            (None, false) => key(other).eq_ignore_ascii_case(self.text),
            // The key of a text of ASCII is of ASCII, and costs no call into the browser.
            (Some(key), true) => key.eq_ignore_ascii_case(other),
            (Some(own), false) => *own == key(other),
        }
    }
}

/// Returns the text canonically decomposed ([UAX #15](https://www.unicode.org/reports/tr15/)) and
/// without case. Drops the dot that the lower case of `İ` keeps, so that `i` equals that letter,
/// too.
fn key(text: &str) -> String {
    platform::fold(text, "NFD").replace("i\u{307}", "i")
}

/// A search query.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Query(Vec<char>);

impl Query {
    pub(crate) fn new(text: &str) -> Self {
        let letters = fold(crate::model::trimmed(text));
        Self(letters.into_iter().map(|letter| letter.folded).collect())
    }

    /// Whether the query matches nothing because it is blank.
    pub(crate) fn is_blank(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns all matches in the text, in bytes, from left to right without overlaps. A blank
    /// query matches nothing.
    pub(crate) fn find_all(&self, text: &str) -> Vec<Range<usize>> {
        if self.is_blank() {
            return Vec::new();
        }
        let letters = fold(text);
        let mut found = Vec::new();
        let mut index = 0;
        while let Some(window) = letters.get(index..index + self.0.len()) {
            let is_here = window
                .iter()
                .map(|letter| letter.folded)
                .eq(self.0.iter().copied());
            if is_here {
                let last = &window[window.len() - 1];
                found.push(window[0].start..last.end);
                index += window.len();
                // The other half of a letter that folds to two, such as ß, is part of the match
                // already.
                while letters
                    .get(index)
                    .is_some_and(|letter| letter.start < last.end)
                {
                    index += 1;
                }
            } else {
                index += 1;
            }
        }
        found
    }

    /// Whether the text contains it.
    pub(crate) fn is_in(&self, text: &str) -> bool {
        let letters = fold(text);
        let mut windows = letters.windows(self.0.len().max(1));
        windows.any(|window| {
            let folded = window.iter().map(|letter| letter.folded);
            folded.eq(self.0.iter().copied())
        })
    }
}

/// A letter of a folded text, and the bytes of the original that it stands for, including accents
/// that follow.
struct Letter {
    folded: char,
    start: usize,
    end: usize,
}

fn fold(text: &str) -> Vec<Letter> {
    let mut letters: Vec<Letter> = Vec::with_capacity(text.len());
    for (start, c) in text.char_indices() {
        let end = start + c.len_utf8();
        if c.is_ascii() {
            let folded = c.to_ascii_lowercase();
            letters.push(Letter { folded, start, end });
            continue;
        }
        let before = letters.len();
        with_folded(c, |folded| {
            letters.extend(folded.chars().map(|folded| Letter { folded, start, end }));
        });
        if letters.len() == before {
            let before = letters.last().map(|letter| letter.end);
            for letter in letters.iter_mut().rev() {
                if Some(letter.end) != before {
                    break;
                }
                letter.end = end;
            }
        }
    }
    letters
}

/// Calls the function with the character without case and accents. Results are cached, since long
/// lists repeat the same characters.
fn with_folded(c: char, use_it: impl FnOnce(&str)) {
    thread_local! {
        static KNOWN: RefCell<Vec<(char, Box<str>)>> = const { RefCell::new(Vec::new()) };
    }
    KNOWN.with_borrow_mut(|known| {
        let index = match known.binary_search_by_key(&c, |(c, _)| *c) {
            Ok(index) => index,
            Err(index) => {
                known.insert(index, (c, folded(c).into()));
                index
            }
        };
        use_it(&known[index].1);
    });
}

fn folded(c: char) -> String {
    let mut buffer = [0; 4];
    let mut folded = String::new();
    for c in platform::fold(c.encode_utf8(&mut buffer), "NFKD").chars() {
        match c {
            'ø' => folded.push('o'),
            'ł' => folded.push('l'),
            'đ' => folded.push('d'),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            c if is_accent(c) => {}
            c => folded.push(c),
        }
    }
    folded
}

/// Marks on, below or around a letter that people may leave out: accents, and the points of Hebrew,
/// Arabic and kana.
fn is_accent(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36f}' | '\u{483}'..='\u{487}' | '\u{591}'..='\u{5bd}' | '\u{5bf}'
        | '\u{5c1}'..='\u{5c2}' | '\u{5c4}'..='\u{5c5}' | '\u{5c7}' | '\u{610}'..='\u{61a}'
        | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{6d6}'..='\u{6dc}' | '\u{1ab0}'..='\u{1aff}'
        | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{3099}'..='\u{309a}'
        | '\u{fe20}'..='\u{fe2f}')
}

// How letters are composed, only a browser knows: `end2end/tests/scripts.spec.ts` tests that.
#[cfg(test)]
mod tests {
    use super::*;

    fn found<'a>(text: &'a str, query: &str) -> Vec<&'a str> {
        let ranges = Query::new(query).find_all(text);
        ranges.into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn case_does_not_matter() {
        assert_eq!(found("Milk, MILK", " milk "), ["Milk", "MILK"]);
        assert_eq!(found("ÖL öl", "Öl"), ["ÖL", "öl"]);
        assert_eq!(found("Straße STRASSE", "strasse"), ["Straße", "STRASSE"]);
        assert_eq!(found("Straße", "STRAẞE"), ["Straße"]);
        assert_eq!(found("ὁδός ΌΔΌΣ", "δόσ"), ["δός", "ΔΌΣ"]);
    }

    #[test]
    fn texts_are_the_same_whatever_their_case() {
        let is_same = |one, other| {
            let is_same = Folded::new(one).is_same(other);
            assert_eq!(Folded::new(other).is_same(one), is_same, "{one}, {other}");
            is_same
        };
        assert!(is_same("Straße", "STRASSE") && is_same("ΟΔΟΣ", "οδος"));
        assert!(is_same("Milk", "mILK") && is_same("\u{212a}elvin", "kelvin"));
        assert!(!is_same("milk", "milks") && !is_same("Öl", "Ol"));
    }

    #[test]
    fn a_match_is_of_whole_letters_with_their_accents() {
        assert_eq!(found("cafe\u{301} cafe", "cafe"), ["cafe\u{301}", "cafe"]);
        assert_eq!(found("aßb", "s"), ["ß"]);
        assert_eq!(found("ssss", "ss"), ["ss", "ss"]);
        assert_eq!(found("aaa", "aa"), ["aa"]);
    }

    #[test]
    fn a_blank_query_matches_nothing() {
        assert!(found("milk", " \u{feff}").is_empty());
        assert!(found("", "milk").is_empty() && !Query::new("milk").is_in("mil"));
        assert!(Query::new("\u{301}").is_blank());
    }
}
