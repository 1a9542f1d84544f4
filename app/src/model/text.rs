//! Texts that people type. Parsed, not validated: a value of these types is acceptable by
//! construction.

use std::{borrow::Cow, num::NonZeroUsize, ops::Deref};

use serde::{Deserialize, Serialize};
use sync::Refusal;

use super::{is_blank, lines::on_one_line, trimmed};

macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $field:literal, limit $limit:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Most characters (Unicode scalar values) after trimming.
            pub const LIMIT: usize = $limit;

            /// Parses a text: trims it and puts it on one line.
            ///
            /// # Errors
            /// If nothing of it is visible, or it is longer than [`Self::LIMIT`].
            pub fn parse(text: &str) -> Result<Self, Refusal> {
                let text = on_one_line(without_nul(text));
                let text = trimmed(&text);
                if is_blank(text) {
                    return Err(Refusal::Blank { field: $field.to_owned() });
                }
                within(text, Self::LIMIT, $field)?;
                Ok(Self(text.to_owned()))
            }

            /// Returns a text that was parsed before and stored.
            pub fn from_stored(text: String) -> Self {
                Self(text)
            }
        }

        impl Deref for $name {
            type Target = str;
            fn deref(&self) -> &str {
                &self.0
            }
        }
    };
}

text!(
    /// What an item says, on one line.
    Shortdesc, "shortdesc", limit 2_000
);
text!(
    /// What a list is called.
    Title, "title", limit 200
);

/// The notes of an item: any text, without white space at its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Longdesc(String);

impl Longdesc {
    /// Most characters (Unicode scalar values).
    pub const LIMIT: usize = 20_000;

    /// Parses a text; a blank one is `None`.
    ///
    /// # Errors
    /// If it is longer than [`Self::LIMIT`].
    pub fn parse(text: &str) -> Result<Option<Self>, Refusal> {
        let text = without_nul(text);
        let text = text.trim_end();
        within(text, Self::LIMIT, "longdesc")?;
        Ok((!is_blank(text)).then(|| Self(text.to_owned())))
    }

    /// Returns a text that was parsed before and stored.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }
}

impl Deref for Longdesc {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

/// Returns the length of a text in a frame, in bytes. A frame holds JSON within JSON: a quotation
/// mark is escaped twice, and a control character takes seven bytes.
pub(super) fn weight_of_text(text: &str) -> usize {
    let weight = |byte: u8| match byte {
        b'"' | b'\\' => 4,
        b'\n' | b'\r' | b'\t' | 0x08 | 0x0c => 3,
        0..0x20 => 7,
        _ => 1,
    };
    text.bytes().map(weight).sum()
}

/// Removes U+0000, which PostgreSQL does not accept in a text.
fn without_nul(text: &str) -> Cow<'_, str> {
    if text.contains('\0') {
        Cow::Owned(text.replace('\0', ""))
    } else {
        Cow::Borrowed(text)
    }
}

fn within(text: &str, limit: usize, field: &str) -> Result<(), Refusal> {
    // Bytes are cheaper to count, and a text never has more characters than bytes.
    if text.len() <= limit {
        return Ok(());
    }
    match text.chars().count() {
        length if length > limit => Err(Refusal::TooLong {
            field: field.to_owned(),
            limit,
            length: NonZeroUsize::new(length),
        }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shortdesc_is_trimmed() {
        assert_eq!(&*Shortdesc::parse("  milk \n").expect("not blank"), "milk");
    }

    #[test]
    fn a_title_is_one_line_whatever_ends_its_lines() {
        for text in [
            "oat\nmilk",
            "oat \r\n milk",
            "\u{2028}oat\u{2029}\u{85}milk\u{b}",
        ] {
            assert_eq!(&*Shortdesc::parse(text).expect("not blank"), "oat milk");
            assert_eq!(&*Title::parse(text).expect("not blank"), "oat milk");
        }
        let notes = Longdesc::parse("oat\nmilk\u{2028}\r\n").expect("short enough");
        assert_eq!(
            notes.as_deref(),
            Some("oat\nmilk"),
            "notes keep their lines"
        );
    }

    #[test]
    fn a_blank_shortdesc_is_refused() {
        assert!(matches!(
            Shortdesc::parse(" \t\u{a0} "),
            Err(Refusal::Blank { .. })
        ));
        assert!(matches!(
            Title::parse("\u{200b}\u{202e}\u{3164}"),
            Err(Refusal::Blank { .. })
        ));
    }

    #[test]
    fn lengths_count_characters_and_not_bytes() {
        assert!(Shortdesc::parse(&"ü".repeat(2_000)).is_ok());
        let refusal = Refusal::TooLong {
            field: "shortdesc".to_owned(),
            limit: 2_000,
            length: NonZeroUsize::new(2_001),
        };
        assert_eq!(Shortdesc::parse(&"ü".repeat(2_001)), Err(refusal));
    }

    #[test]
    fn nul_characters_are_removed() {
        assert_eq!(&*Shortdesc::parse("mi\0lk\0").expect("not blank"), "milk");
        assert!(matches!(Title::parse("\0 \0"), Err(Refusal::Blank { .. })));
    }

    #[test]
    fn blank_notes_count_as_none() {
        for notes in [" \n ", "\u{200b}\n\u{2800}"] {
            assert_eq!(Longdesc::parse(notes).expect("short enough"), None);
        }
    }
}
