//! Why a mutation was not taken.

use std::borrow::Cow;
use std::fmt;
use std::num::NonZeroUsize;

use serde::{Deserialize, Deserializer, Serialize, Serializer, ser};
use serde_json::value::RawValue;

/// Why a mutation was not taken. Its text is meant for people; the variants are for code that
/// would rather say it in its own words.
///
/// ```
/// use sync::Refusal;
///
/// let json = serde_json::to_string(&Refusal::Full { limit: 100 }).expect("JSON");
/// assert_eq!(json, r#"{"code":"full","limit":100}"#);
///
/// // The reasons of later versions can be read, and are kept as they came.
/// let later: Refusal = serde_json::from_str(r#"{"code":"asleep"}"#).expect("any reason");
/// assert_eq!(later, Refusal::Other(r#"{"code":"asleep"}"#.into()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There never was a row with this id.
    #[error("This item does not exist.")]
    NotFound,
    /// The row was deleted. What was typed stays with the client.
    #[error("It has been deleted in the meantime.")]
    Destroyed,
    /// The channel has reached its largest number of rows.
    #[error("The list is full: {limit} items is the limit.")]
    Full {
        /// Largest number of rows.
        limit: usize,
    },
    /// The channel has no room for it, for another reason than its number of rows. On the wire it is
    /// a `full` with a `unit`; clients that know no units read it as [`Refusal::Full`].
    #[error("The list is full: {limit} {unit} is the limit.")]
    NoRoom {
        /// Largest amount.
        limit: usize,
        /// What is counted.
        unit: Unit,
    },
    /// A text is blank that may not be.
    #[error("The {field} must not be blank.")]
    Blank {
        /// The field's name.
        field: String,
    },
    /// A text is too long.
    #[error("The {field} may have at most {limit} characters.")]
    TooLong {
        /// The field's name.
        field: String,
        /// Largest length, in Unicode characters.
        limit: usize,
        /// Its length, in Unicode characters. `None` if an earlier version of this program has refused it.
        length: Option<NonZeroUsize>,
    },
    /// A value does not have its field's format.
    #[error("The {field} cannot be read.")]
    Malformed {
        /// The field's name.
        field: String,
    },
    /// Somebody else has since changed what was to be reverted.
    #[error("Someone has changed it since.")]
    Overtaken,
    /// Another mutation was taken under the same number before.
    #[error("Another change was sent under its number.")]
    NumberTaken,
    /// The operation is not possible on such a row.
    #[error("This is not possible here.")]
    Unsupported,
    /// A reason that only a later version of this program knows, as the JSON in which it came.
    #[error("This did not work.")]
    Other(String),
}

/// What a channel holds a limited amount of, other than rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Bytes: the sum of the rows' weights.
    Bytes,
    /// Replicas that have pushed recently.
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

/// A [`Refusal`] other than [`Refusal::Other`], as JSON.
#[derive(Serialize, Deserialize)]
struct Wire<'a> {
    #[serde(borrow)]
    code: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    limit: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    length: Option<NonZeroUsize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unit: Option<Unit>,
}

impl Wire<'_> {
    fn known(self) -> Option<Refusal> {
        let Self {
            code,
            field,
            limit,
            length,
            unit,
        } = self;
        Some(match &*code {
            "not_found" => Refusal::NotFound,
            "destroyed" => Refusal::Destroyed,
            "full" => match (limit?, unit) {
                (limit, None) => Refusal::Full { limit },
                (limit, Some(unit)) => Refusal::NoRoom { limit, unit },
            },
            "blank" => Refusal::Blank { field: field? },
            "too_long" => Refusal::TooLong {
                field: field?,
                limit: limit?,
                length,
            },
            "malformed" => Refusal::Malformed { field: field? },
            "overtaken" => Refusal::Overtaken,
            "number_taken" => Refusal::NumberTaken,
            "unsupported" => Refusal::Unsupported,
            _ => return None,
        })
    }
}

/// Reads any JSON, so that a reason of a later version neither makes a whole answer unreadable nor is
/// lost where it is stored.
impl<'de> Deserialize<'de> for Refusal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Box::<RawValue>::deserialize(deserializer)?;
        let wire = serde_json::from_str::<Wire<'_>>(json.get());
        let known = wire.ok().and_then(Wire::known);
        Ok(known.unwrap_or_else(|| Self::Other(json.get().to_owned())))
    }
}

impl Serialize for Refusal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (code, field, limit) = match self {
            Self::NotFound => ("not_found", None, None),
            Self::Destroyed => ("destroyed", None, None),
            Self::Full { limit } | Self::NoRoom { limit, .. } => ("full", None, Some(*limit)),
            Self::Blank { field } => ("blank", Some(field), None),
            Self::TooLong { field, limit, .. } => ("too_long", Some(field), Some(*limit)),
            Self::Malformed { field } => ("malformed", Some(field), None),
            Self::Overtaken => ("overtaken", None, None),
            Self::NumberTaken => ("number_taken", None, None),
            Self::Unsupported => ("unsupported", None, None),
            Self::Other(json) => {
                let json = RawValue::from_string(json.clone()).map_err(ser::Error::custom)?;
                return json.serialize(serializer);
            }
        };
        let wire = Wire {
            code: code.into(),
            field: field.cloned(),
            limit,
            length: match self {
                Self::TooLong { length, .. } => *length,
                _ => None,
            },
            unit: match self {
                Self::NoRoom { unit, .. } => Some(*unit),
                _ => None,
            },
        };
        wire.serialize(serializer)
    }
}
