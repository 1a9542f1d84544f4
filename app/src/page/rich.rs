//! Texts of people as HTML: addresses become links, what is searched for is marked, and everything
//! else is text.

use std::fmt::Write;

/// The text as HTML. Matches of `query` are marked, unless it is blank.
pub(super) fn html(text: &str, query: &str) -> String {
    let mut html = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some((start, end)) = find_link(rest) {
        let link = &rest[start..end];
        mark(&mut html, &rest[..start], query);
        html.push_str("<a target=\"_blank\" rel=\"noopener noreferrer nofollow\" href=\"");
        escape(&mut html, link);
        html.push_str("\">");
        mark(&mut html, link, query);
        html.push_str("</a>");
        rest = &rest[end..];
    }
    mark(&mut html, rest, query);
    html
}

/// Whether the text holds what is searched for, whatever the case of its letters.
pub(super) fn matches(text: &str, query: &str) -> bool {
    find(text, query).is_some()
}

/// Whether the texts are the same, whatever the case of their letters.
pub(super) fn is_same(one: &str, other: &str) -> bool {
    lower(one).eq(lower(other))
}

fn lower(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(char::to_lowercase)
}

/// The first address in the text. What closes the sentence around it is no part of it.
fn find_link(text: &str) -> Option<(usize, usize)> {
    let start = ["https://", "http://"]
        .iter()
        .filter_map(|scheme| {
            let start = text.find(scheme)?;
            let host = text[start + scheme.len()..].chars().next()?;
            host.is_alphanumeric().then_some(start)
        })
        .min()?;
    let is_end = |c: char| c.is_whitespace() || "<>\"“”„«»".contains(c);
    let link = text[start..].split(is_end).next().unwrap_or_default();
    let mut link = link.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'']);
    if link.ends_with(')') && !link.contains('(') {
        link = link.trim_end_matches([')', '.', ',', ';', ':', '!', '?']);
    }
    Some((start, start + link.len()))
}

fn mark(html: &mut String, text: &str, query: &str) {
    let mut rest = text;
    while let Some((start, end)) = find(rest, query) {
        escape(html, &rest[..start]);
        html.push_str("<mark>");
        escape(html, &rest[start..end]);
        html.push_str("</mark>");
        rest = &rest[end..];
    }
    escape(html, rest);
}

/// Where the query begins and ends in the text, whatever the case of their letters.
fn find(text: &str, query: &str) -> Option<(usize, usize)> {
    let query = query.trim();
    if query.is_empty() {
        return None;
    }
    text.char_indices().find_map(|(start, _)| {
        let mut rest = text[start..].chars();
        for wanted in query.chars() {
            if !rest.next()?.to_lowercase().eq(wanted.to_lowercase()) {
                return None;
            }
        }
        Some((start, text.len() - rest.as_str().len()))
    })
}

pub(super) fn escape(html: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            // Writing to a String cannot fail.
            c => _ = html.write_char(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text() {
        assert_eq!(
            html("<b>'1' & \"2\"</b>", ""),
            "&lt;b&gt;&#39;1&#39; &amp; &quot;2&quot;&lt;/b&gt;"
        );
    }

    #[test]
    fn addresses_become_links_that_tell_nothing_of_where_they_stand() {
        assert_eq!(
            html("see https://a.example/x?y=1&z=(2).", ""),
            "see <a target=\"_blank\" rel=\"noopener noreferrer nofollow\" \
             href=\"https://a.example/x?y=1&amp;z=(2)\">https://a.example/x?y=1&amp;z=(2)</a>."
        );
    }

    #[test]
    fn the_sentence_around_an_address_is_no_part_of_it() {
        let links = [
            ("(http://a.example)", "http://a.example"),
            ("“https://a.example/b”!", "https://a.example/b"),
            ("https://a.example, and", "https://a.example"),
        ];
        for (text, link) in links {
            let (start, end) = find_link(text).expect("a link");
            assert_eq!(&text[start..end], link);
        }
    }

    #[test]
    fn what_runs_something_is_no_link() {
        for text in [
            "javascript:alert(1)",
            "https://",
            "http:// x",
            "ftp://a.example",
        ] {
            assert!(!html(text, "").contains("<a"), "{text}");
        }
    }

    #[test]
    fn nothing_breaks_out_of_a_link() {
        let html = html("https://a.example/\"onclick=\"alert(1)", "");
        assert!(!html.contains("\"onclick"), "{html}");
    }

    #[test]
    fn matches_are_marked_in_texts_and_links_whatever_their_case() {
        assert_eq!(
            html("Milk, MILK", "milk "),
            "<mark>Milk</mark>, <mark>MILK</mark>"
        );
        assert_eq!(html("Öl", "öl"), "<mark>Öl</mark>");
        assert!(html("https://milk.example", "milk").contains("//<mark>milk</mark>.example</a>"));
        assert_eq!(html("a<b", "<"), "a<mark>&lt;</mark>b");
    }
}
