//! Why a mutation was not taken.

use serde::{Deserialize, Serialize};

/// Why a mutation was not taken. Its text is meant for people; the variants are for code that
/// would rather say it in its own words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case", tag = "code", try_from = "Wire")]
pub enum Refusal {
    /// There never was a row with this id.
    #[error("There is no such entry.")]
    NotFound,
    /// The row was deleted; what was typed stays with the client.
    #[error("It was deleted meanwhile.")]
    Destroyed,
    /// The channel holds as many rows as it may.
    #[error("The list is full: it holds {limit} entries.")]
    Full {
        /// How many it holds at the most.
        limit: usize,
    },
    /// A text that may not be blank is.
    #[error("The {field} may not be blank.")]
    Blank {
        /// The field's name.
        field: String,
    },
    /// A text is too long.
    #[error("The {field} may have {limit} characters at the most.")]
    TooLong {
        /// The field's name.
        field: String,
        /// The most Unicode characters it may have.
        limit: usize,
    },
    /// A value is not of its field's form.
    #[error("The {field} cannot be read.")]
    Malformed {
        /// The field's name.
        field: String,
    },
    /// Somebody else has changed since what was to be taken back.
    #[error("Somebody has changed it since.")]
    Overtaken,
    /// The operation makes no sense for such a row.
    #[error("This cannot be done here.")]
    Unsupported,
}

/// A [`Refusal`] to be read.
#[derive(Deserialize)]
struct Wire {
    code: String,
    field: Option<String>,
    limit: Option<usize>,
}

impl TryFrom<Wire> for Refusal {
    type Error = &'static str;

    fn try_from(Wire { code, field, limit }: Wire) -> Result<Self, Self::Error> {
        let field = field.ok_or("a refusal without its `field`");
        let limit = limit.ok_or("a refusal without its `limit`");
        Ok(match code.as_str() {
            "not_found" => Self::NotFound,
            "destroyed" => Self::Destroyed,
            "full" => Self::Full { limit: limit? },
            "blank" => Self::Blank { field: field? },
            "too_long" => Self::TooLong {
                field: field?,
                limit: limit?,
            },
            "malformed" => Self::Malformed { field: field? },
            "overtaken" => Self::Overtaken,
            "unsupported" => Self::Unsupported,
            _ => return Err("a refusal of an unknown `code`"),
        })
    }
}
