//! Files, as lists are written into them and read from them.

use super::{Outline, json, read, write};

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
            Self::Markdown => write::write(outline, &write::MARKDOWN),
            Self::Text => write::write(outline, &write::TEXT),
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
    pub fn read_file(text: &str) -> Option<Self> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if json::is_json(text) {
            json::read(text)
        } else {
            Some(read(text))
        }
    }

    /// The list as one short line, to be read by [`Outline::read_file`].
    pub fn to_json_line(&self) -> String {
        json::write_line(self)
    }
}
