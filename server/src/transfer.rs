//! Lists as files, out and in, without loss either way: order, ticks, notes, sections and dates.

mod json;
mod lines;

use app::{Item, ItemPatch};
use serde::{Deserialize, Serialize};

/// What a list is to people: everything but how it is kept.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Outline {
    /// What the list is called. Files that people write may not say.
    #[serde(default)]
    pub title: Option<String>,
    /// Its entries, in order.
    pub items: Vec<Entry>,
}

/// One entry: an item, or the heading of a section. The fields are those of [`Item`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields of Item")]
pub struct Entry {
    pub shortdesc: String,
    #[serde(default)]
    pub longdesc: Option<String>,
    #[serde(default)]
    pub isdone: bool,
    #[serde(default)]
    pub due: Option<String>,
    #[serde(default)]
    pub issection: bool,
}

impl From<&Item> for Entry {
    fn from(item: &Item) -> Self {
        Self {
            shortdesc: item.shortdesc.to_string(),
            longdesc: item.longdesc.as_ref().map(|notes| notes.to_string()),
            isdone: item.isdone,
            due: item.due.map(|due| due.to_string()),
            issection: item.issection,
        }
    }
}

impl From<Entry> for ItemPatch {
    fn from(entry: Entry) -> Self {
        Self {
            shortdesc: Some(entry.shortdesc),
            longdesc: entry.longdesc.map(Some),
            isdone: entry.isdone.then_some(true),
            due: entry.due.map(Some),
            issection: entry.issection.then_some(true),
        }
    }
}

/// How a list is written into a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Headings and task lists, as GitHub's Markdown has them.
    Markdown,
    /// To be read by people without any program.
    Text,
    /// For programs.
    Json,
}

impl Format {
    /// The list in this format.
    pub fn write(self, outline: &Outline) -> String {
        match self {
            Self::Markdown => lines::write(outline, &lines::MARKDOWN),
            Self::Text => lines::write(outline, &lines::TEXT),
            Self::Json => json::write(outline),
        }
    }

    /// The media type of a file in this format.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Markdown => "text/markdown; charset=utf-8",
            Self::Text => "text/plain; charset=utf-8",
            Self::Json => "application/json",
        }
    }

    /// How the name of a file in this format ends.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Markdown => "md",
            Self::Text => "txt",
            Self::Json => "json",
        }
    }
}

impl Outline {
    /// Reads a file in any of the formats, or as people write such things by hand. `None` for JSON
    /// that is no list.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        match json::is_json(text) {
            true => json::read(text),
            false => Some(lines::read(text)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORMATS: [Format; 3] = [Format::Markdown, Format::Text, Format::Json];

    fn item(text: &str) -> Entry {
        Entry {
            shortdesc: text.to_owned(),
            ..Entry::default()
        }
    }

    fn there_and_back(outline: &Outline) {
        for format in FORMATS {
            let file = format.write(outline);
            assert_eq!(Outline::read(&file).as_ref(), Some(outline), "{file}");
            // A form turns every end of a line into this.
            if format != Format::Json {
                let file = file.replace('\n', "\r\n");
                assert_eq!(Outline::read(&file).as_ref(), Some(outline), "{file}");
            }
        }
    }

    #[test]
    fn a_list_is_readable_as_markdown_and_as_text() {
        let outline = Outline {
            title: Some("Groceries".to_owned()),
            items: vec![
                item("milk"),
                Entry {
                    isdone: true,
                    due: Some("2026-11-24".to_owned()),
                    longdesc: Some("with cherries\nor without".to_owned()),
                    ..item("cake")
                },
                Entry {
                    issection: true,
                    ..item("Fruit")
                },
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

    #[test]
    fn what_looks_like_the_format_itself_comes_back_as_it_was() {
        let texts = [
            "# a heading",
            "## another",
            "- a mark",
            "- [x] a box",
            "[x] a box",
            "[ ]",
            "1. a number",
            "* star",
            "== equal ==",
            "====",
            "cake (due 2026-11-24)",
            "cake \\(due 2026-11-24)",
            "(due 2026-11-24)",
            "cake (due 2026-02-30)",
            "a \\ and \\\\ and \\n and \\(",
            "two\nlines",
            "two\r\nlines\r of it",
            "a \u{2028} \u{1f6b2} \u{202e}x",
            "{\"title\": 1}",
            "<b>&amp;</b>",
            "↵ \\↵ ␍ \\␍",
        ];
        let notes = texts.map(|text| Entry {
            longdesc: Some(format!("{text}\n\n  {text}\n\t\n{text}\r\n\\\n-\n.")),
            due: Some("2026-11-24".to_owned()),
            ..item(text)
        });
        let sections = texts.map(|text| Entry {
            issection: true,
            ..item(text)
        });
        for title in texts {
            let items = [&texts.map(item)[..], &notes, &sections].concat();
            there_and_back(&Outline {
                title: Some(title.to_owned()),
                items,
            });
        }
    }

    #[test]
    fn any_list_comes_back_as_it_was() {
        let pieces = [
            "#",
            " ",
            "-",
            "*",
            "[",
            "]",
            "x",
            "[x]",
            "[ ]",
            "1.",
            "==",
            "(due 2026-11-24)",
            "\\",
            "\n",
            "\r",
            "\r\n",
            "\t",
            "ü",
            "\u{a0}",
            "↵",
            "␍",
            "due",
            ")",
            "(",
            "=",
            "\"",
            "{",
            "\u{feff}",
        ];
        let mut rng = fastrand::Rng::with_seed(7);
        for _ in 0..2_000 {
            let text = |rng: &mut fastrand::Rng| {
                let pieces: String = (0..rng.usize(..8))
                    .map(|_| pieces[rng.usize(..pieces.len())])
                    .collect();
                pieces
            };
            let one_line = |rng: &mut fastrand::Rng| {
                let text = text(rng).trim().to_owned();
                if text.is_empty() {
                    "?".to_owned()
                } else {
                    text
                }
            };
            let items = (0..rng.usize(..4)).map(|_| Entry {
                shortdesc: one_line(&mut rng),
                longdesc: Some(text(&mut rng).trim_end().to_owned())
                    .filter(|notes| !notes.is_empty()),
                isdone: false,
                due: rng.bool().then(|| "2026-11-24".to_owned()),
                issection: rng.bool(),
            });
            let mut items: Vec<_> = items.collect();
            for item in &mut items {
                item.isdone = !item.issection && rng.bool();
            }
            there_and_back(&Outline {
                title: Some(one_line(&mut rng)),
                items,
            });
        }
    }
}
