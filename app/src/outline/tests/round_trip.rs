//! What is written is read back as it was.

use super::*;
use crate::model::is_blank;

const FORMATS: [Format; 3] = [Format::Markdown, Format::Text, Format::Json];

fn there_and_back(outline: &Outline) {
    for format in FORMATS {
        let file = format.write(outline);
        assert_eq!(Outline::read_file(&file).as_ref(), Some(outline), "{file}");
        if format != Format::Json {
            assert_eq!(&read(&file), outline, "pasted: {file}");
            // A form turns every end of a line into this.
            let file = file.replace('\n', "\r\n");
            assert_eq!(Outline::read_file(&file).as_ref(), Some(outline), "{file}");
        }
    }
    let line = outline.to_json_line();
    assert_eq!(lines_of(&line), 1, "{line}");
    assert_eq!(Outline::read_file(&line).as_ref(), Some(outline), "{line}");
}

fn lines_of(text: &str) -> usize {
    text.split(['\n', '\r']).count()
}

#[test]
fn a_list_is_readable_as_markdown_and_as_text() {
    let outline = Outline {
        title: Some("Groceries".to_owned()),
        items: vec![
            item("milk"),
            Entry {
                due: Some("2026-11-24".to_owned()),
                ..noted(done("cake"), "with cherries\nor without")
            },
            section("Fruit"),
            item("apples"),
        ],
    };
    assert_eq!(
        Format::Markdown.write(&outline),
        "# Groceries\n\n- [ ] milk\n- [x] cake (due 2026-11-24)\n  with cherries\n  or without\n\n\
         ## Fruit\n\n- [ ] apples\n"
    );
    assert_eq!(
        Format::Text.write(&outline),
        "Groceries\n=========\n\n[ ] milk\n[x] cake (due 2026-11-24)\n  with cherries\n  or without\n\n\
         == Fruit ==\n\n[ ] apples\n"
    );
    there_and_back(&outline);
}

/// Pieces of which texts are made that might be taken for something else.
const PIECES: [&str; 66] = [
    "#",
    " ",
    "-",
    "*",
    "–",
    "•",
    "[",
    "]",
    "x",
    "[x]",
    "[ ]",
    "[]",
    "☐",
    "☑",
    "✓",
    "✔",
    "\u{fe0f}",
    "1.",
    "2.",
    "1. ",
    "2. ",
    "3) ",
    "==",
    "===",
    "---",
    "***",
    "_",
    "```",
    "~~~",
    "~",
    "`",
    "...",
    "title: x",
    "(due 2026-11-24)",
    "(fällig 24.11.2026)",
    " (due ",
    "\\",
    "\n",
    "\r",
    "\r\n",
    "\t",
    "\u{b}",
    "\u{c}",
    "\u{85}",
    "\u{2028}",
    "\u{2029}",
    "ü",
    "\u{a0}",
    "\u{3000}",
    "↵",
    "␍",
    "␤",
    "⏎",
    "¶",
    "due",
    ")",
    "(",
    "=",
    "\"",
    "{",
    "\u{feff}",
    "\u{200e}",
    "\u{202e}",
    "May",
    "milk",
    "🚲",
];

#[test]
fn what_looks_like_the_format_itself_comes_back_as_it_was() {
    for piece in PIECES {
        for text in [
            piece.to_owned(),
            format!("{piece} a"),
            format!("a {piece}"),
            piece.repeat(3),
        ] {
            let text = match text.trim() {
                text if is_blank(text) => "?",
                text => text,
            };
            let notes = format!("{text}\n\n  {text}\n\t\n{text}\r\n\\\n-\n{text}  \n.");
            there_and_back(&Outline {
                title: Some(text.to_owned()),
                items: vec![
                    item(text),
                    noted(done(text), &notes),
                    section(text),
                    noted(section(text), &notes),
                    Entry {
                        due: Some("2026-11-24".to_owned()),
                        ..noted(item(text), text)
                    },
                ],
            });
        }
    }
}

#[test]
fn any_list_comes_back_as_it_was() {
    let mut rng = fastrand::Rng::with_seed(7);
    for _ in 0..4_000 {
        let text = |rng: &mut fastrand::Rng| -> String {
            let pieces = (0..rng.usize(..8)).map(|_| PIECES[rng.usize(..PIECES.len())]);
            pieces.collect()
        };
        let title = |rng: &mut fastrand::Rng| {
            let text = text(rng).trim().to_owned();
            if is_blank(&text) {
                "?".to_owned()
            } else {
                text
            }
        };
        let items = (0..rng.usize(..5)).map(|_| {
            let issection = rng.u8(..3) == 0;
            Entry {
                shortdesc: title(&mut rng),
                longdesc: Some(text(&mut rng).trim_end().to_owned()).filter(|it| !it.is_empty()),
                isdone: !issection && rng.bool(),
                due: rng.bool().then(|| "2026-11-24".to_owned()),
                issection,
            }
        });
        let items = items.collect();
        there_and_back(&Outline {
            title: Some(title(&mut rng)),
            items,
        });
    }
}

#[test]
fn json_is_a_list_or_its_items_or_refused() {
    let titles = |text: &str| {
        let outline = Outline::read_file(text)?;
        Some(
            outline
                .items
                .into_iter()
                .map(|entry| entry.shortdesc)
                .collect::<Vec<_>>(),
        )
    };
    let milk = || Some(vec!["milk".to_owned()]);
    assert_eq!(titles(r#"{"items":[{"shortdesc":"milk","id":7}]}"#), milk());
    assert_eq!(titles(r#" [{"shortdesc":"milk"}] "#), milk());
    assert_eq!(titles(r#"{"no":"list"}"#), None);
    assert_eq!(titles("[1, 2]"), None);
    assert_eq!(titles("[ ] milk"), milk());
    assert_eq!(titles("{milk"), Some(vec!["{milk".to_owned()]));
    let many = format!("[{}{{}}]", r#"{"shortdesc":"milk"},"#.repeat(6_000));
    assert_eq!(titles(&many).map(|titles| titles.len()), Some(5_001));
}
