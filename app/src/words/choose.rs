//! Which language somebody is spoken to in.

use super::{LANGUAGES, Words};

/// The words of a language by its tag, such as `de` or `de-AT`; the first language for one that
/// there is not.
pub fn of_language(tag: &str) -> &'static Words {
    find(tag).unwrap_or(LANGUAGES[0])
}

/// The words of the language that a client likes best, by its header `Accept-Language`
/// ([RFC 9110](https://www.rfc-editor.org/rfc/rfc9110#section-12.5.4)).
pub fn accepted(header: &str) -> &'static Words {
    let mut best = (0.0, LANGUAGES[0]);
    for range in header.split(',') {
        let (tag, weight) = range.split_once(";q=").unwrap_or((range, "1"));
        let weight: f32 = weight.trim().parse().unwrap_or_default();
        if let Some(words) = find(tag.trim()).filter(|_| weight > best.0) {
            best = (weight, words);
        }
    }
    best.1
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
    fn the_language_that_is_liked_best_is_taken() {
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
        ];
        for (header, lang) in cases {
            assert_eq!(accepted(header).lang, lang, "{header}");
        }
    }
}
