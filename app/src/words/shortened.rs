//! Shortens titles for use in sentences.

/// Longest title within a sentence, in characters.
const MAX_CHARS: usize = 40;

/// Returns the text, cut after [`MAX_CHARS`] characters with an ellipsis.
pub(crate) fn shortened(text: &str) -> String {
    match text.char_indices().nth(MAX_CHARS) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
}
