//! What the interface says: one table per language, each in a file of its own.
//!
//! `{}` in a text is where a number or a name goes; see [`fill`]. A further language is a further
//! file and a line in [`LANGUAGES`].

mod choose;
mod de;
mod en;
mod table;

use sync::{Refusal, Unit};

pub use choose::{accepted, of_language};
pub use table::Words;

use crate::{Error, platform};

/// All languages that the interface has. The first is for whoever understands none of them.
pub const LANGUAGES: [&Words; 2] = [&en::WORDS, &de::WORDS];

/// The words of the page that is shown or rendered.
///
/// Ask for them while a component is made, not in what runs later: on the server they belong to the
/// request.
pub fn words() -> &'static Words {
    platform::words()
}

/// The template with its gap filled.
pub fn fill(template: &str, value: impl std::fmt::Display) -> String {
    template.replacen("{}", &value.to_string(), 1)
}

/// The template for one or for many, with the number in its gap.
pub fn count([one, many]: [&str; 2], number: usize) -> String {
    fill(if number == 1 { one } else { many }, number)
}

impl Words {
    /// Why a change was not taken.
    pub fn refusal(&self, refusal: &Refusal) -> String {
        match refusal {
            Refusal::NotFound => self.refused_not_found.to_owned(),
            Refusal::Destroyed => self.refused_destroyed.to_owned(),
            Refusal::Full { limit } => fill(self.refused_full, limit),
            Refusal::NoRoom { unit, .. } => match unit {
                Unit::Bytes => self.refused_no_space,
                Unit::Clients => self.refused_clients,
            }
            .to_owned(),
            Refusal::Blank { .. } => self.refused_blank.to_owned(),
            Refusal::Overtaken => self.overtaken.to_owned(),
            Refusal::TooLong { limit, .. } => fill(self.refused_too_long, limit),
            _ => self.refused_otherwise.to_owned(),
        }
    }

    /// What went wrong.
    pub fn error(&self, error: &Error) -> String {
        match error {
            Error::UnknownList => self.error_unknown_list,
            Error::UnknownItem => self.refused_not_found,
            Error::ReadOnly => self.error_read_only,
            Error::Refused(refusal) => return self.refusal(refusal),
            Error::BadRequest(_) => self.error_bad_request,
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
    use super::*;

    #[test]
    fn a_gap_is_filled_with_what_belongs_there() {
        assert_eq!(fill("“{}” was added.", "{} {}"), "“{} {}” was added.");
        assert_eq!(count(en::WORDS.item_left, 1), " item left");
        assert_eq!(count(en::WORDS.caught_up, 1), "Caught up: 1 change");
        assert_eq!(count(en::WORDS.caught_up, 2), "Caught up: 2 changes");
    }

    #[test]
    fn every_text_has_as_many_gaps_in_one_language_as_in_the_other() {
        let gaps = |words: &Words| {
            let texts = format!("{words:?}");
            texts
                .split(", ")
                .map(|text| text.matches("{}").count())
                .sum::<usize>()
        };
        assert_eq!(gaps(&en::WORDS), gaps(&de::WORDS));
    }
}
