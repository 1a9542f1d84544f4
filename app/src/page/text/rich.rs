//! People's texts as HTML: addresses become links, matches of a search are marked, everything else
//! is text.

use super::{folding::Query, links};
use crate::html::escape;

/// Returns the text as HTML, with matches of the query marked.
pub(crate) fn html(text: &str, query: &Query) -> String {
    let mut html = String::with_capacity(text.len() + 16);
    let mut rest = 0;
    for link in links::find_all(text) {
        mark(&mut html, &text[rest..link.start], query);
        rest = link.end;
        let link = &text[link];
        html.push_str("<a target=\"_blank\" rel=\"noopener noreferrer nofollow\" href=\"");
        escape(&mut html, link);
        html.push_str("\">");
        mark(&mut html, link, query);
        html.push_str("</a>");
    }
    mark(&mut html, &text[rest..], query);
    html
}

fn mark(html: &mut String, text: &str, query: &Query) {
    let mut rest = 0;
    for found in query.find_all(text) {
        escape(html, &text[rest..found.start]);
        rest = found.end;
        html.push_str("<mark>");
        escape(html, &text[found]);
        html.push_str("</mark>");
    }
    escape(html, &text[rest..]);
}

#[cfg(test)]
mod tests {
    use super::{Query, html as html_of};

    fn html(text: &str, query: &str) -> String {
        html_of(text, &Query::new(query))
    }

    #[test]
    fn text_stays_text() {
        assert_eq!(
            html("<b>'1' & \"2\"</b>", ""),
            "&lt;b&gt;&#39;1&#39; &amp; &quot;2&quot;&lt;/b&gt;"
        );
    }

    #[test]
    fn addresses_become_links_that_send_no_referrer() {
        assert_eq!(
            html("see https://a.example/x?y=1&z=(2).", ""),
            "see <a target=\"_blank\" rel=\"noopener noreferrer nofollow\" \
             href=\"https://a.example/x?y=1&amp;z=(2)\">https://a.example/x?y=1&amp;z=(2)</a>."
        );
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
