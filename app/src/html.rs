//! Texts as HTML.

use std::fmt::Write;

/// Returns the text as HTML that is nothing but text.
///
/// An element that gets it as a whole (`inner_html`) shows it whatever others have done with the nodes
/// in it, such as a translator; a text node that they have replaced would not.
pub fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    escape(&mut html, text);
    html
}

/// Appends the text to the HTML.
pub(crate) fn escape(html: &mut String, text: &str) {
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
