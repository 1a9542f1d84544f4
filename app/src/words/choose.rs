//! Chooses the language of a page.

use super::{LANGUAGES, Words, preference::weighted};

/// Returns the words of a language by its tag, such as `de` or `de-AT`. Falls back to the first
/// language.
pub fn of_language(tag: &str) -> &'static Words {
    find(tag).unwrap_or(LANGUAGES[0])
}

/// Returns the words of the language that a client prefers, by its `Accept-Language` header ([RFC
/// 9110](https://www.rfc-editor.org/rfc/rfc9110#section-12.5.4)). Of equally preferred languages,
/// the first counts; `*` stands for all that the header does not name.
pub fn accepted(header: &str) -> &'static Words {
    let mut best = (0, LANGUAGES[0]);
    for (range, weight) in weighted(header) {
        let words = match range {
            "*" => first_unnamed(header),
            tag => find(tag),
        };
        if let Some(words) = words.filter(|_| weight > best.0) {
            best = (weight, words);
        }
    }
    best.1
}

fn first_unnamed(header: &str) -> Option<&'static Words> {
    let is_named = |words: &Words| {
        let mut ranges = weighted(header);
        ranges.any(|(range, _)| find(range).is_some_and(|named| named.lang == words.lang))
    };
    LANGUAGES.into_iter().find(|words| !is_named(words))
}

fn find(tag: &str) -> Option<&'static Words> {
    let language = tag.split('-').next().unwrap_or_default();
    LANGUAGES
        .into_iter()
        .find(|words| words.lang.eq_ignore_ascii_case(language))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_preferred_language_is_chosen() {
        let cases = [
            ("", "en"),
            ("de", "de"),
            ("de-AT, en;q=0.5", "de"),
            ("en-GB,en;q=0.9,de;q=0.8", "en"),
            ("fr, de;q=0.3, en;q=0.2", "de"),
            ("fr", "en"),
            ("de;q=0, en;q=0.1", "en"),
            ("DE", "de"),
            ("de;q=much", "en"),
            ("de; q=0.9, en; q=0.8", "de"),
            ("en; q=0.8, de; q=0.9", "de"),
            ("en;Q=0.1,de-CH;Q=0.2", "de"),
            ("fr, *;q=0.5, de;q=0.3", "en"),
            ("en;q=0, *", "de"),
            ("*", "en"),
            ("de, en", "de"),
        ];
        for (header, lang) in cases {
            assert_eq!(accepted(header).lang, lang, "{header}");
        }
    }
}
