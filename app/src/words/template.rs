//! Sentences with gaps.

use std::fmt::{self, Display, Write};

use crate::model::isolated;

/// A sentence with named gaps, such as `“{title}” is now at place {place}.`
///
/// The order of the gaps is the language's own. They are filled in one pass, so what is put into one is
/// never taken for another.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Template(pub(super) &'static str);

/// What goes into a gap. Its kind is the gap's name, so a sentence has one gap of each kind.
#[derive(Clone, Copy, Debug)]
pub enum Gap<'a> {
    /// `{title}`: what a person wrote. It is kept from turning the direction of the sentence.
    Title(&'a str),
    /// `{count}`: how many.
    Count(usize),
    /// `{place}`: which one of many, from 1 on.
    Place(usize),
    /// `{text}`: words of ours.
    Text(&'a str),
}

impl Gap<'_> {
    fn name(&self) -> &'static str {
        match self {
            Self::Title(_) => "title",
            Self::Count(_) => "count",
            Self::Place(_) => "place",
            Self::Text(_) => "text",
        }
    }
}

impl Display for Gap<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Title(title) => f.write_str(&isolated(title)),
            Self::Count(number) | Self::Place(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(text),
        }
    }
}

impl Template {
    /// The sentence with its gaps filled.
    pub fn fill(self, gaps: &[Gap<'_>]) -> String {
        let mut filled = String::with_capacity(self.0.len() + 32);
        for part in self.parts() {
            match part {
                Part::Words(words) => filled.push_str(words),
                Part::Gap(name) => {
                    let gap = gaps.iter().find(|gap| gap.name() == name);
                    debug_assert!(gap.is_some(), "{{{name}}} is not filled in {:?}", self.0);
                    // Writing to a String cannot fail.
                    gap.map(|gap| write!(filled, "{gap}"));
                }
            }
        }
        filled
    }

    /// The sentence about what a person wrote.
    pub fn title(self, title: &str) -> String {
        self.fill(&[Gap::Title(title)])
    }

    /// The sentence with a number.
    pub fn number(self, number: usize) -> String {
        self.fill(&[Gap::Count(number)])
    }

    /// The sentence with words of ours.
    pub fn text(self, text: &str) -> String {
        self.fill(&[Gap::Text(text)])
    }

    fn parts(self) -> impl Iterator<Item = Part> {
        // Every other part stands between braces.
        self.0
            .split(['{', '}'])
            .enumerate()
            .map(|(index, part)| match index % 2 {
                0 => Part::Words(part),
                _ => Part::Gap(part),
            })
    }
}

enum Part {
    Words(&'static str),
    Gap(&'static str),
}

/// Shows the gaps alone, for the test that holds two languages against each other.
impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let gaps = self.parts().filter_map(|part| match part {
            Part::Gap(name) => Some(name),
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

    const MOVED: Template = Template("“{title}” is now at place {place}.");

    #[test]
    fn a_gap_is_filled_with_what_belongs_there_and_never_what_fills_another() {
        for title in ["replace {}", "{0}", "{place}", "{title}", "}{", "%s"] {
            assert_eq!(
                MOVED.fill(&[Gap::Place(3), Gap::Title(title)]),
                format!("“{title}” is now at place 3.")
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
    fn a_title_does_not_turn_the_sentence_around_it() {
        assert_eq!(
            MOVED.fill(&[Gap::Title("\u{202e}evil\u{2069}"), Gap::Place(1)]),
            "“\u{2068}evil\u{2069}” is now at place 1."
        );
        assert_eq!(
            MOVED.fill(&[Gap::Title("חלב"), Gap::Place(1)]),
            "“\u{2068}חלב\u{2069}” is now at place 1."
        );
    }
}
