//! Which characters of a text are visible, and which turn its direction.

use std::borrow::Cow;

/// Characters that change the direction of a text, or end such a change:
/// <https://www.unicode.org/reports/tr9/#Explicit_Directional_Embeddings>.
const TURNS: [char; 12] = [
    '\u{200e}', '\u{200f}', '\u{61c}', '\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}', '\u{202e}',
    '\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}',
];

/// Whether no character of the text is visible: it has only spaces, controls, and characters that
/// draw nothing.
pub(crate) fn is_blank(text: &str) -> bool {
    text.chars().all(is_invisible)
}

/// Returns the text without the spaces and controls around it. Characters that draw nothing but may
/// belong to a neighbor, such as an emoji's variation selector or a joiner, stay.
pub(crate) fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| {
        c.is_whitespace() || c.is_control() || matches!(c, '\u{200b}' | '\u{2060}' | '\u{feff}')
    })
}

/// White space, controls, the characters with the property `Default_Ignorable_Code_Point` in
/// Unicode 16, and the empty Braille pattern, a symbol that looks like a space.
fn is_invisible(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Returns a person's text for use within a sentence of ours, isolated so that it does not turn the
/// words around it. A text that only runs left to right is returned as it is.
///
/// For plain strings (names, notices, the document's title); elements have `dir="auto"`.
pub(crate) fn isolated(text: &str) -> Cow<'_, str> {
    if !text.chars().any(may_turn) {
        return Cow::Borrowed(text);
    }
    let mut isolated = String::with_capacity(text.len() + 6);
    isolated.push('\u{2068}');
    isolated.extend(text.chars().filter(|c| !TURNS.contains(c)));
    isolated.push('\u{2069}');
    Cow::Owned(isolated)
}

/// Whether the character is written from right to left, belongs to such a block, or changes the
/// direction.
fn may_turn(c: char) -> bool {
    TURNS.contains(&c)
        || matches!(c,
            '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefe}'
            | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invisible_texts_are_blank() {
        for text in [
            "",
            " \t\r\n",
            "\u{a0}\u{2003}\u{3000}\u{85}\u{2028}",
            "\u{200b}",
            "\u{feff}",
            "\u{200d}\u{200c}",
            "\u{2060}",
            "\u{2800}",
            "\u{3164}",
            "\u{115f}\u{1160}",
            "\u{ad}",
            "\u{202e}\u{202c}",
            "\u{2066}\u{2069}",
            "\u{200e}\u{200f}\u{61c}",
            "\u{fe0f}",
            "\u{e0001}\u{e007f}",
            "\0\u{1}\u{7f}",
            " \u{200b} \u{2800}\n",
        ] {
            assert!(is_blank(text), "{text:?}");
        }
        for text in ["x", ".", "\u{301}", "👩‍💻", "ا\u{200c}", "\u{200b}a", "️⃣", "-"] {
            assert!(!is_blank(text), "{text:?}");
        }
    }

    #[test]
    fn trimming_removes_spaces_and_nothing_that_belongs_to_a_letter() {
        for (text, expected) in [
            ("  milk \n", "milk"),
            ("\u{feff}milk\u{200b}", "milk"),
            ("\u{3000}牛乳\u{a0}", "牛乳"),
            ("❤\u{fe0f}", "❤\u{fe0f}"),
            ("👩\u{200d}💻", "👩\u{200d}💻"),
            ("می\u{200c}خواهم", "می\u{200c}خواهم"),
            ("\u{200f}חלב", "\u{200f}חלב"),
        ] {
            assert_eq!(trimmed(text), expected);
        }
    }

    #[test]
    fn an_isolated_text_does_not_turn_the_words_around_it() {
        for (text, expected) in [
            ("milk", "milk"),
            ("Müll & 牛乳 👩‍💻!", "Müll & 牛乳 👩‍💻!"),
            ("חלב", "\u{2068}חלב\u{2069}"),
            ("حليب 2", "\u{2068}حليب 2\u{2069}"),
            ("a\u{202e}b", "\u{2068}ab\u{2069}"),
            ("\u{2069}\u{2069}a\u{2067}", "\u{2068}a\u{2069}"),
        ] {
            assert_eq!(isolated(text), expected);
        }
    }
}
