//! The shape of a document: a hash of its nodes, their order and texts.
//!
//! The browser takes over the server's nodes one by one, so an added, removed or moved node would
//! bind controls to the wrong rows, and a changed text would stay. `start.js` computes the same
//! hash from the nodes that it finds.

/// Offset and prime of 32-bit FNV-1a.
const FNV_OFFSET: u32 = 0x811c_9dc5;
const FNV_PRIME: u32 = 0x0100_0193;

/// Elements without an end tag.
const VOID: [&str; 4] = ["br", "hr", "img", "input"];

/// Returns the shape of our own HTML, in which every tag is closed. Each node adds to the hash: an
/// element its name, and its id and row if it has one; a text `#` and itself; a comment `!`; the end of
/// an element `/`. Other attributes do not count.
pub(super) fn of(html: &str) -> u32 {
    let mut hash = FNV_OFFSET;
    let mut add = |text: &str| {
        for byte in text.bytes() {
            hash = (hash ^ u32::from(byte)).wrapping_mul(FNV_PRIME);
        }
    };
    let mut rest = html;
    while !rest.is_empty() {
        if let Some(comment) = rest.strip_prefix("<!") {
            add("!");
            rest = after_comment(comment);
        } else if let Some(end) = rest.strip_prefix("</") {
            add("/");
            rest = end.split_once('>').map_or("", |(_, rest)| rest);
        } else if let Some(start) = rest.strip_prefix('<') {
            let (tag, after) = split_tag(start);
            let name = tag.split([' ', '/']).next().unwrap_or_default();
            add(name);
            for attribute in [" id=\"", " data-id=\""] {
                let value = tag.split_once(attribute).map(|(_, value)| value);
                add(value
                    .and_then(|value| value.split('"').next())
                    .unwrap_or_default());
            }
            if VOID.contains(&name) || tag.ends_with('/') {
                add("/");
            }
            rest = after;
        } else {
            let (text, after) = rest.split_at(rest.find('<').unwrap_or(rest.len()));
            add("#");
            add(&decoded(text));
            rest = after;
        }
    }
    hash
}

/// Returns the text without HTML escapes.
fn decoded(text: &str) -> String {
    [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&amp;", "&"),
    ]
    .iter()
    .fold(text.to_owned(), |text, (escape, char)| {
        text.replace(escape, char)
    })
}

/// Returns what follows a comment. `<!>` is one, too.
fn after_comment(comment: &str) -> &str {
    let end = match comment.strip_prefix("--") {
        Some(text) => return text.split_once("-->").map_or("", |(_, rest)| rest),
        None => comment.split_once('>'),
    };
    end.map_or("", |(_, rest)| rest)
}

/// Returns the inside of a start tag, and what follows it. A `>` within quotes does not end the
/// tag.
fn split_tag(tag: &str) -> (&str, &str) {
    let mut is_quoted = false;
    for (index, byte) in tag.bytes().enumerate() {
        match byte {
            b'"' => is_quoted = !is_quoted,
            b'>' if !is_quoted => return (&tag[..index], &tag[index + 1..]),
            _ => {}
        }
    }
    (tag, "")
}

#[cfg(test)]
mod tests {
    use super::of;

    const ROWS: &str =
        "<ul><li data-id=\"1\">milk<!></li><li data-id=\"2\"><input class=\"a\">bread<!></li></ul>";

    #[test]
    fn attributes_and_escapes_make_no_difference() {
        let other = "<ul class=\"x > y\"><li lang=\"de\" data-id=\"1\">milk<!----></li><li data-id=\"2\"><input>bread<!></li></ul>";
        assert_eq!(of("a &amp;lt; &#39;b&#39;"), of("a &amp;lt; 'b'"));
        assert_eq!(of(ROWS), of(other));
    }

    #[test]
    fn adding_removing_or_moving_a_node_changes_the_shape() {
        for other in [
            ROWS.replacen("<!>", "", 1),
            ROWS.replace("milk", ""),
            ROWS.replace("milk", "Milch"),
            ROWS.replace("milk", "milk "),
            ROWS.replace("milk", "<font>milk</font>"),
            ROWS.replace("<ul>", "<ul> "),
            ROWS.replace("<ul>", "<ul><b></b>"),
            ROWS.replace("<input class=\"a\">bread", "bread<input class=\"a\">"),
            ROWS.replace('1', "3"),
            ROWS.replace("<li data-id=\"1\">milk<!></li>", ""),
        ] {
            assert_ne!(of(ROWS), of(&other), "{other}");
        }
    }
}
