//! Why a mutation was not taken.

use std::fmt;

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
    /// The channel has no room for it, for another reason than its number of rows. On the wire it is
    /// a `full` with a `unit`, which those who know no units take for [`Refusal::Full`].
    #[error("The list is full: it has room for {limit} {unit}.")]
    #[serde(rename = "full")]
    NoRoom {
        /// How many there may be.
        limit: usize,
        /// Of what.
        unit: Unit,
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

/// What a channel has a limited number of, beside its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Bytes: the sum of its rows' weights.
    Bytes,
    /// Replicas that have pushed to it of late.
    Clients,
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bytes => "bytes",
            Self::Clients => "clients",
        })
    }
}

/// A [`Refusal`] to be read.
#[derive(Deserialize)]
struct Wire {
    code: String,
    field: Option<String>,
    limit: Option<usize>,
    unit: Option<Unit>,
}

impl TryFrom<Wire> for Refusal {
    type Error = &'static str;

    fn try_from(wire: Wire) -> Result<Self, Self::Error> {
        let Wire {
            code,
            field,
            limit,
            unit,
        } = wire;
        let field = field.ok_or("a refusal without its `field`");
        let limit = limit.ok_or("a refusal without its `limit`");
        Ok(match code.as_str() {
            "not_found" => Self::NotFound,
            "destroyed" => Self::Destroyed,
            "full" => match unit {
                None => Self::Full { limit: limit? },
                Some(unit) => Self::NoRoom {
                    limit: limit?,
                    unit,
                },
            },
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
