//! Finds web addresses in texts, and their ends as a reader would see them.

use std::ops::Range;

/// Returns the web addresses in the text, in bytes, from left to right.
///
/// An address begins with `http://` or `https://`, in any case, at the start of a word. It ends
/// before a space, a quotation mark, a bracket that was not opened in it, or what closes the
/// sentence around it. One with a user name before its host (`name@`) stays plain text.
pub(super) fn find_all(text: &str) -> Vec<Range<usize>> {
    let mut links = Vec::new();
    let mut from = 0;
    while let Some(found) = text[from..].find("://") {
        let colon = from + found;
        from = colon + 3;
        let Some(start) = start_of_scheme(&text[..colon]) else {
            continue;
        };
        // The host first: what has none is not followed to its end, of which others may follow.
        let authority = authority(&text[from..]);
        if is_host(&authority[..length(authority)]) {
            let end = from + length(&text[from..]);
            links.push(start..end);
            from = end;
        }
    }
    links
}

/// Returns the start of the scheme at the end of the text, if it is one of ours and starts a word.
fn start_of_scheme(text: &str) -> Option<usize> {
    let letters = text.bytes().rev().take_while(u8::is_ascii_alphanumeric);
    let start = text.len() - letters.count();
    let scheme = &text[start..];
    let is_ours = scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http");
    is_ours.then_some(start)
}

fn authority(rest: &str) -> &str {
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

fn is_host(authority: &str) -> bool {
    // A non-ASCII letter may begin a host, too. The table of all letters would take too much of the
    // bundle.
    let begins = |c: char| c.is_ascii_alphanumeric() || c == '[' || !c.is_ascii();
    let begins = authority.starts_with(begins);
    begins && !authority.contains('@')
}

/// Returns the length of the address at the start of the text, without its scheme.
fn length(text: &str) -> usize {
    let mut open = Vec::new();
    // After the last character that may end an address.
    let mut end = 0;
    for (index, c) in text.char_indices() {
        if is_outside(c) {
            break;
        }
        if let Some(closing) = closing_of(c) {
            // No end yet: at the end it belongs to the sentence.
            open.push(closing);
            continue;
        }
        if is_closing(c) {
            if open.pop() != Some(c) {
                break;
            }
            end = index + c.len_utf8();
        } else if !closes_sentence(c) {
            end = index + c.len_utf8();
        }
    }
    end
}

/// Whether the character ends an address, because none contains it.
fn is_outside(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c,
            '<' | '>' | '"' | '`' | '|' | '“' | '”' | '„' | '‟' | '‘' | '’' | '‚' | '«' | '»' | '‹' | '›'
            | '。' | '，' | '、' | '！' | '？' | '；' | '：' | '．' | '｡' | '､' | '…' | '—'
            | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Whether the character may be within an address, but at its end belongs to the sentence.
fn closes_sentence(c: char) -> bool {
    matches!(
        c,
        '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' | '_' | '~' | '؟' | '،' | '؛' | '।'
    )
}

fn closing_of(c: char) -> Option<char> {
    Some(match c {
        '(' => ')',
        '[' => ']',
        '{' => '}',
        '（' => '）',
        '［' => '］',
        '【' => '】',
        '「' => '」',
        '『' => '』',
        '《' => '》',
        '〈' => '〉',
        _ => return None,
    })
}

fn is_closing(c: char) -> bool {
    matches!(
        c,
        ')' | ']' | '}' | '）' | '］' | '】' | '」' | '』' | '》' | '〉'
    )
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    #[test]
    fn a_text_that_only_begins_addresses_is_read_in_linear_time() {
        let fastest = |start: &str, count| {
            let text = start.repeat(count);
            let time = |_| {
                let began = Instant::now();
                find_all(&text);
                began.elapsed()
            };
            (0..5).map(time).min().unwrap_or_default()
        };
        for start in [
            "http://@",
            "http://(",
            "http://a@",
            "http://a(",
            "http://.",
            "http://a.",
        ] {
            let (short, long) = (fastest(start, 500), fastest(start, 10_000));
            let limit = short * 20 * 4 + Duration::from_millis(1);
            assert!(
                long < limit,
                "{start}: {short:?} for 500, {long:?} for 10,000"
            );
        }
    }

    fn links(text: &str) -> Vec<&str> {
        find_all(text).into_iter().map(|link| &text[link]).collect()
    }

    #[test]
    fn an_address_ends_where_a_reader_would_end_it() {
        for (text, link) in [
            ("https://a.example", "https://a.example"),
            ("see https://a.example.", "https://a.example"),
            ("https://a.example, and", "https://a.example"),
            ("https://a.example!", "https://a.example"),
            ("https://a.example?!", "https://a.example"),
            ("https://a.example/?q=1&r=2", "https://a.example/?q=1&r=2"),
            ("https://a.example/b?", "https://a.example/b"),
            ("https://a.example/b: this", "https://a.example/b"),
            ("https://a.example/b; this", "https://a.example/b"),
            ("https://a.example/b...", "https://a.example/b"),
            ("https://a.example/b…", "https://a.example/b"),
            ("https://a.example/b/", "https://a.example/b/"),
            ("https://a.example/b#c", "https://a.example/b#c"),
            ("https://a.example/b-c_d~e", "https://a.example/b-c_d~e"),
            ("https://a.example/1.2.html", "https://a.example/1.2.html"),
            ("(https://a.example)", "https://a.example"),
            ("(see https://a.example/b).", "https://a.example/b"),
            ("https://a.example/b_(c)", "https://a.example/b_(c)"),
            ("(https://a.example/b_(c))", "https://a.example/b_(c)"),
            ("https://a.example/b_(c).", "https://a.example/b_(c)"),
            ("https://a.example/(b", "https://a.example/(b"),
            ("https://a.example/b(", "https://a.example/b"),
            ("https://a.example/b(c)d", "https://a.example/b(c)d"),
            ("[https://a.example]", "https://a.example"),
            ("[text](https://a.example/b)", "https://a.example/b"),
            ("{https://a.example}", "https://a.example"),
            ("https://a.example/[b]", "https://a.example/[b]"),
            ("<https://a.example>", "https://a.example"),
            ("\"https://a.example\"", "https://a.example"),
            ("'https://a.example'", "https://a.example"),
            ("“https://a.example/b”!", "https://a.example/b"),
            ("„https://a.example/b“", "https://a.example/b"),
            ("«https://a.example/b»", "https://a.example/b"),
            ("‘https://a.example/b’", "https://a.example/b"),
            ("‹https://a.example/b›", "https://a.example/b"),
            ("`https://a.example/b`", "https://a.example/b"),
            ("*https://a.example/b*", "https://a.example/b"),
            ("**https://a.example/b**", "https://a.example/b"),
            ("_https://a.example/b_", "https://a.example/b"),
            ("|https://a.example/b|", "https://a.example/b"),
            ("https://a.example/it's", "https://a.example/it's"),
            ("（https://a.example/b）", "https://a.example/b"),
            ("「https://a.example/b」。", "https://a.example/b"),
            ("【https://a.example/b】", "https://a.example/b"),
            ("https://a.example/b。次", "https://a.example/b"),
            ("https://a.example/b，次", "https://a.example/b"),
            ("https://a.example/b、次", "https://a.example/b"),
            ("https://a.example/b！", "https://a.example/b"),
            ("https://a.example/b؟", "https://a.example/b"),
            ("https://a.example/Müll", "https://a.example/Müll"),
            ("https://müll.example/b", "https://müll.example/b"),
            ("https://a.example/b\u{202e}", "https://a.example/b"),
            ("https://a.example/b\u{200b}c", "https://a.example/b"),
            ("https://a.example:8080/b", "https://a.example:8080/b"),
            ("https://[::1]:3000/b", "https://[::1]:3000/b"),
            ("HTTPS://A.EXAMPLE/B", "HTTPS://A.EXAMPLE/B"),
            ("Http://a.example", "Http://a.example"),
            ("https://a.example/b\nnext", "https://a.example/b"),
            (
                "https://a.example/x?y=1&z=(2).",
                "https://a.example/x?y=1&z=(2)",
            ),
            ("https://a.example/@name", "https://a.example/@name"),
            ("siehe:https://a.example", "https://a.example"),
        ] {
            assert_eq!(links(text), [link], "{text}");
        }
    }

    #[test]
    fn every_address_of_a_text_is_found() {
        for (text, expected) in [
            (
                "https://a.example and HTTP://b.example, https://c.example.",
                vec!["https://a.example", "HTTP://b.example", "https://c.example"],
            ),
            ("https:// then https://a.example", vec!["https://a.example"]),
            ("ftp://x.example http://a.example", vec!["http://a.example"]),
            (
                "https://a.example,https://b.example",
                vec!["https://a.example,https://b.example"],
            ),
            (
                "(https://a.example) (https://b.example)",
                vec!["https://a.example", "https://b.example"],
            ),
            (
                "https://a@b.example https://c.example",
                vec!["https://c.example"],
            ),
        ] {
            assert_eq!(links(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_not_a_web_address_stays_text() {
        for text in [
            "",
            "://",
            "https://",
            "http:// x",
            "https://.",
            "https://?x",
            "xhttps://a.example",
            "ftp://a.example",
            "javascript:alert(1)",
            "javascript://a.example/%0aalert(1)",
            "data:text/html,x",
            "https://bank.example@evil.example/",
            "https:/a.example",
        ] {
            assert!(links(text).is_empty(), "{text}");
        }
    }
}
