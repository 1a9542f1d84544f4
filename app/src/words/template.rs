//! Sentences with gaps.

use std::fmt;

use crate::model::isolated;

/// A sentence with named gaps, such as `Moved “{title}” to position {place}`.
///
/// Each language orders the gaps in its own way, and has its own digit separator, which follows the
/// gap's name: `{count,}` or `{count.}`. Gaps are filled in one pass, so what is put into one is
/// never taken for another.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Template(pub(super) &'static str);

/// What goes into a gap. Its kind is the gap's name, so a sentence has one gap of each kind.
#[derive(Clone, Copy, Debug)]
pub enum Gap<'a> {
    /// `{title}`: a person's text, isolated so that it does not turn the direction of the sentence.
    Title(&'a str),
    /// `{count}`: how many.
    Count(usize),
    /// `{limit}`: the most that is allowed.
    Limit(usize),
    /// `{place}`: a position, counted from 1.
    Place(usize),
    /// `{text}`: words of the interface.
    Text(&'a str),
}

impl Gap<'_> {
    fn name(&self) -> &'static str {
        match self {
            Self::Title(_) => "title",
            Self::Count(_) => "count",
            Self::Limit(_) => "limit",
            Self::Place(_) => "place",
            Self::Text(_) => "text",
        }
    }

    /// Writes what is in it; the digits of a number in groups, with a separator between them.
    fn write(&self, filled: &mut String, separator: &str) {
        match self {
            Self::Title(title) => filled.push_str(&isolated(title)),
            Self::Count(number) | Self::Limit(number) | Self::Place(number) => {
                let digits = number.to_string();
                for (index, digit) in digits.char_indices() {
                    if index > 0 && (digits.len() - index) % 3 == 0 {
                        filled.push_str(separator);
                    }
                    filled.push(digit);
                }
            }
            Self::Text(text) => filled.push_str(text),
        }
    }
}

impl Template {
    /// Returns the sentence with its gaps filled.
    pub fn fill(self, gaps: &[Gap<'_>]) -> String {
        let mut filled = String::with_capacity(self.0.len() + 32);
        for part in self.parts() {
            match part {
                Part::Words(words) => filled.push_str(words),
                Part::Gap { name, separator } => {
                    let gap = gaps.iter().find(|gap| gap.name() == name);
                    debug_assert!(gap.is_some(), "{{{name}}} is not filled in {:?}", self.0);
                    if let Some(gap) = gap {
                        gap.write(&mut filled, separator);
                    }
                }
            }
        }
        filled
    }

    /// Returns the sentence with a person's text.
    pub fn title(self, title: &str) -> String {
        self.fill(&[Gap::Title(title)])
    }

    /// Returns the sentence with a number.
    pub fn number(self, number: usize) -> String {
        self.fill(&[Gap::Count(number)])
    }

    /// Returns the sentence with words of the interface.
    pub fn text(self, text: &str) -> String {
        self.fill(&[Gap::Text(text)])
    }

    fn parts(self) -> impl Iterator<Item = Part> {
        // Every other part is in braces.
        self.0.split(['{', '}']).enumerate().map(|(index, part)| {
            if index % 2 == 0 {
                Part::Words(part)
            } else {
                let name = part.trim_end_matches([',', '.']);
                let separator = &part[name.len()..];
                Part::Gap { name, separator }
            }
        })
    }
}

enum Part {
    Words(&'static str),
    Gap {
        name: &'static str,
        separator: &'static str,
    },
}

/// Shows the gaps alone, for the test that compares two languages.
impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let gaps = self.parts().filter_map(|part| match part {
            Part::Gap { name, .. } => Some(name),
            Part::Words(_) => None,
        });
        let mut gaps: Vec<_> = gaps.collect();
        gaps.sort_unstable();
        f.debug_tuple("Template").field(&gaps).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOVED: Template = Template("Moved “{title}” to position {place}");

    #[test]
    fn a_gap_is_filled_with_what_belongs_there_and_never_what_fills_another() {
        for title in ["replace {}", "{0}", "{place}", "{title}", "}{", "%s"] {
            assert_eq!(
                MOVED.fill(&[Gap::Place(3), Gap::Title(title)]),
                format!("Moved “{title}” to position 3")
            );
        }
    }

    #[test]
    fn a_language_orders_its_gaps_as_it_likes() {
        let german = Template("Auf Platz {place} steht jetzt „{title}“.");
        let gaps = [Gap::Title("Brot"), Gap::Place(2)];
        assert_eq!(german.fill(&gaps), "Auf Platz 2 steht jetzt „Brot“.");
    }

    #[test]
    fn a_language_groups_digits_by_its_own_sign_or_not_at_all() {
        for (number, expected) in [
            (0, "0, 0, 0"),
            (999, "999, 999, 999"),
            (2_000, "2000, 2,000, 2.000"),
            (20_000, "20000, 20,000, 20.000"),
            (1_234_567, "1234567, 1,234,567, 1.234.567"),
        ] {
            let all = Template("{count}, {count,}, {count.}");
            assert_eq!(all.number(number), expected);
        }
    }

    #[test]
    fn a_title_does_not_turn_the_sentence_around_it() {
        assert_eq!(
            MOVED.fill(&[Gap::Title("\u{202e}evil\u{2069}"), Gap::Place(1)]),
            "Moved “\u{2068}evil\u{2069}” to position 1"
        );
        assert_eq!(
            MOVED.fill(&[Gap::Title("חלב"), Gap::Place(1)]),
            "Moved “\u{2068}חלב\u{2069}” to position 1"
        );
    }
}
