//! The file formats of lists.

use super::{Outline, json, read, write};

/// The format of a list in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Headings and task lists, as GitHub's Markdown has them.
    Markdown,
    /// Plain text, for people.
    Text,
    /// JSON, for programs.
    Json,
}

impl Format {
    /// Returns the list in this format.
    pub fn write(self, outline: &Outline) -> String {
        match self {
            Self::Markdown => write::write(outline, &write::MARKDOWN),
            Self::Text => write::write(outline, &write::TEXT),
            Self::Json => json::write(outline),
        }
    }

    /// Returns the media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Markdown => "text/markdown; charset=utf-8",
            Self::Text => "text/plain; charset=utf-8",
            Self::Json => "application/json",
        }
    }

    /// Returns the file name extension.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Markdown => "md",
            Self::Text => "txt",
            Self::Json => "json",
        }
    }
}

impl Outline {
    /// Parses a file in any of the formats, or a text that people wrote by hand. Returns `None` for
    /// JSON that is not a list.
    pub fn read_file(text: &str) -> Option<Self> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if json::is_json(text) {
            json::read(text)
        } else {
            Some(read(text))
        }
    }

    /// Returns the list as one line of JSON, which [`Outline::read_file`] parses.
    pub fn to_json_line(&self) -> String {
        json::write_line(self)
    }
}
