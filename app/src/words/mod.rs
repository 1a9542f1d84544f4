//! The texts of the interface: one table for each language, each in its own file.
//!
//! A sentence with gaps is a [`Template`]. To add a language, add a file and a line in
//! [`LANGUAGES`].

mod choose;
mod de;
mod en;
mod preference;
mod shortened;
mod table;
mod template;

use sync::{Refusal, Unit};

pub use choose::{accepted, of_language};
#[cfg(feature = "ssr")]
pub use preference::weighted;
pub(crate) use shortened::shortened;
pub use table::Words;
pub use template::{Gap, Template};

use crate::{Date, Error, platform};

/// All languages of the interface. The first is the fallback.
pub const LANGUAGES: [&Words; 2] = [&en::WORDS, &de::WORDS];

/// Returns the words in the language of the page.
///
/// Call this while a component is built, not in what runs later: on the server, the language
/// belongs to the request.
pub fn words() -> &'static Words {
    of_language(platform::language())
}

/// A sentence for one, and one for any other number.
pub type Plural = [Template; 2];

/// Returns the sentence for a number.
pub fn count([one, many]: Plural, number: usize) -> String {
    let template = if number == 1 { one } else { many };
    template.number(number)
}

impl Words {
    /// Returns a day as people write it, such as "24 Nov 2026".
    pub fn date(&self, date: Date) -> String {
        let month = self.months[usize::from(date.month()) - 1];
        let day = self.day.number(date.day().into());
        format!("{day} {month} {}", date.year())
    }

    /// Returns a day of a text, such as `2026-11-24`, as people write it. Any other text is
    /// returned as it is.
    pub fn due_date(&self, day: &str) -> String {
        Date::parse(day).map_or_else(|_| day.to_owned(), |date| self.date(date))
    }

    /// Returns why a change was refused.
    pub fn refusal(&self, refusal: &Refusal) -> String {
        match refusal {
            Refusal::NotFound => self.refused_not_found.to_owned(),
            Refusal::Destroyed => self.refused_destroyed.to_owned(),
            Refusal::Full { limit } => self.refused_full.number(*limit),
            Refusal::NoRoom { unit, .. } => match unit {
                Unit::Bytes => self.refused_no_space,
                Unit::Clients => self.refused_clients,
            }
            .to_owned(),
            Refusal::Blank { .. } => self.refused_blank.to_owned(),
            Refusal::Overtaken => self.overtaken.to_owned(),
            Refusal::TooLong { limit, length, .. } => match length {
                Some(length) => self
                    .refused_too_long
                    .fill(&[Gap::Count(length.get()), Gap::Limit(*limit)]),
                None => self.refused_over_limit.number(*limit),
            },
            _ => self.refused_otherwise.to_owned(),
        }
    }

    /// What went wrong.
    pub fn error(&self, error: &Error) -> String {
        match error {
            Error::UnknownList | Error::DestroyedList => self.error_unknown_list,
            Error::ReplacedLink => self.error_replaced_link,
            Error::UnknownItem => self.refused_not_found,
            Error::ReadOnly => self.error_read_only,
            Error::Refused(refusal) => return self.refusal(refusal),
            Error::BadRequest(_) => self.error_bad_request,
            Error::Blocked(status) => return self.error_blocked.number(usize::from(*status)),
            Error::TooLarge => self.error_too_large,
            Error::ForeignOrigin => self.error_foreign_origin,
            Error::StorageFull => self.error_storage_full,
            Error::Outdated => self.outdated,
            Error::Unavailable => self.error_unavailable,
            Error::Internal => self.error_internal,
        }
        .to_owned()
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use super::*;

    #[test]
    fn numbers_have_their_own_sentence_for_one() {
        assert_eq!(
            count(en::WORDS.caught_up, 1),
            "1 change while you were away"
        );
        assert_eq!(
            count(en::WORDS.caught_up, 2),
            "2 changes while you were away"
        );
        assert_eq!(
            count(de::WORDS.caught_up, 0),
            "0 Änderungen in der Zwischenzeit"
        );
    }

    #[test]
    fn a_limit_is_written_in_the_languages_number_format() {
        let limit = Refusal::Full { limit: 5_000 };
        assert!(en::WORDS.refusal(&limit).contains("5,000 items"));
        assert!(de::WORDS.refusal(&limit).contains("5.000 Einträge"));
    }

    #[test]
    fn a_text_that_is_too_long_is_told_its_length() {
        let refusal = |length| Refusal::TooLong {
            field: "shortdesc".to_owned(),
            limit: 2_000,
            length: NonZeroUsize::new(length),
        };
        let told = |words: &Words, length| words.refusal(&refusal(length));
        assert_eq!(
            told(&en::WORDS, 3_000),
            "That’s 3,000 characters; 2,000 is the limit."
        );
        assert_eq!(
            told(&de::WORDS, 3_000),
            "Das sind 3.000 Zeichen; höchstens 2.000 sind möglich."
        );
        // As a server of the version before refuses it.
        assert_eq!(
            told(&en::WORDS, 0),
            "That’s too long: 2,000 characters is the limit."
        );
    }

    #[test]
    fn a_day_reads_as_in_a_letter() {
        let day = Date::new(2026, 11, 24).expect("a day");
        assert_eq!(en::WORDS.date(day), "24 Nov 2026");
        assert_eq!(de::WORDS.date(day), "24. Nov. 2026");
        assert_eq!(de::WORDS.due_date("2026-11-24"), "24. Nov. 2026");
        assert_eq!(de::WORDS.due_date("soon"), "soon");
    }

    #[test]
    fn every_sentence_has_the_same_gaps_in_each_language() {
        let gaps = |words: &Words| -> Vec<(String, String)> {
            let all = format!("{words:?}");
            let fields = all.split(", ").filter(|text| text.contains("Template("));
            fields
                .filter_map(|text| text.split_once(": "))
                .map(|(name, gaps)| (name.to_owned(), gaps.to_owned()))
                .collect()
        };
        let expected = gaps(LANGUAGES[0]);
        assert!(expected.len() > 30, "{expected:?}");
        for words in LANGUAGES {
            assert_eq!(gaps(words), expected, "{}", words.lang);
        }
    }

    #[test]
    fn no_plain_text_has_a_gap() {
        for words in LANGUAGES {
            let texts = format!("{words:?}");
            assert!(
                !texts.contains("{}") && !texts.contains("{title}"),
                "{texts}"
            );
        }
    }
}
