//! Changes as the authority reports them: one, or all that are newer than a cursor.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser::SerializeStruct};
use serde_json::value::RawValue;

use crate::{Cursor, Epoch, Model, Version};

/// A row as both sides store it: live, or the tombstone of a deleted one.
#[derive(Clone, Debug, PartialEq)]
pub struct Row<M> {
    /// The row's fields; in a tombstone, its last ones.
    pub model: M,
    /// Whether it was deleted.
    pub destroyed: bool,
}

impl<M> Row<M> {
    /// Returns the row, unless it was deleted.
    pub fn live(&self) -> Option<&M> {
        (!self.destroyed).then_some(&self.model)
    }

    /// Takes the row out, unless it was deleted.
    pub fn into_live(self) -> Option<M> {
        (!self.destroyed).then_some(self.model)
    }
}

/// What happened to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The row is new. Sent once, in a live frame; a catch-up sends [`Event::Updated`] instead.
    Created,
    /// The row has these fields now, whether or not the client knew it before.
    Updated,
    /// The row was deleted.
    Destroyed,
}

impl Event {
    /// Returns the event's name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Destroyed => "destroyed",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        [Self::Created, Self::Updated, Self::Destroyed]
            .into_iter()
            .find(|event| event.name() == name)
    }
}

/// One change of one row. On the wire it is `{event, data}`, like the live frame of the same change.
#[derive(Clone, Debug, PartialEq)]
pub struct Change<M> {
    /// What happened.
    pub event: Event,
    /// The whole row after the change, with its version.
    pub row: M,
}

impl<M> From<Row<M>> for Change<M> {
    /// Does what [`Change::of`] does, without copying the row.
    fn from(Row { model, destroyed }: Row<M>) -> Self {
        let event = if destroyed {
            Event::Destroyed
        } else {
            Event::Updated
        };
        Self { event, row: model }
    }
}

impl<M: Model> Change<M> {
    /// Returns the change by which a catch-up reports a row's present state.
    pub fn of(row: &Row<M>) -> Self {
        Self::from(row.clone())
    }

    /// Returns the version that this change was given.
    pub fn version(&self) -> Version {
        self.row.version()
    }

    /// Returns the event's full name, such as `updated` or `list:updated`.
    pub fn name(&self) -> String {
        format!("{}{}", self.row.event_prefix(), self.event.name())
    }
}

/// An event that was received.
#[derive(Clone, Debug, PartialEq)]
pub enum Told<M> {
    /// A change of a row.
    Change(Change<M>),
    /// An event that only a later version of this program understands. Its version counts as received,
    /// so it leaves no gap.
    Unknown(Version),
}

impl<M> From<Change<M>> for Told<M> {
    fn from(change: Change<M>) -> Self {
        Self::Change(change)
    }
}

impl<M: Model> Told<M> {
    /// Reads an event's name and data, which is a JSON text. `None` for events that have no version,
    /// and so are no part of a channel's history.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/line.rs"));
    /// # fn main() -> Result<(), sync::Refusal> {
    /// use sync::Told;
    ///
    /// let line = r#"{"id":"00000000-0000-0000-0000-000000000007","text":"milk","position":"a0","version":3}"#;
    /// let told = Told::<Line>::from_event("created", line).expect("a line");
    /// assert!(matches!(told, Some(Told::Change(change)) if change.version() == Version(3)));
    ///
    /// // What only a later version knows is counted, and skipped.
    /// let told = Told::<Line>::from_event("blessed", r#"{"version":4}"#).expect("an event");
    /// assert_eq!(told, Some(Told::Unknown(Version(4))));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When it is a change of a row that cannot be read: to skip it would be to miss it.
    pub fn from_event(name: &str, json: &str) -> Result<Option<Self>, serde_json::Error> {
        let (prefix, event) = name
            .rfind(':')
            .map_or(("", name), |colon| name.split_at(colon + 1));
        match Event::parse(event) {
            Some(event) if M::EVENT_PREFIXES.contains(&prefix) => {
                let row = M::from_event(prefix, json)?;
                Ok(Some(Change { event, row }.into()))
            }
            _ => {
                let versioned = serde_json::from_str::<Versioned>(json);
                Ok(versioned.ok().map(|it| Self::Unknown(it.version)))
            }
        }
    }
}

/// The only field that is read of an unknown event.
#[derive(Deserialize)]
struct Versioned {
    version: Version,
}

impl<M: Model> From<Change<M>> for Row<M> {
    fn from(change: Change<M>) -> Self {
        Self {
            destroyed: change.event == Event::Destroyed,
            model: change.row,
        }
    }
}

impl<M: Model> Serialize for Change<M> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut change = serializer.serialize_struct("Change", 2)?;
        change.serialize_field("event", &self.name())?;
        change.serialize_field("data", &self.row)?;
        change.end()
    }
}

/// A change before its data is parsed. The event's name decides which model parses it, from the text, so
/// that each model needs one parser for frames and answers.
#[derive(Deserialize)]
struct Wire {
    event: String,
    data: Box<RawValue>,
}

impl<'de, M: Model> Deserialize<'de> for Change<M> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Wire { event, data } = Wire::deserialize(deserializer)?;
        match Told::from_event(&event, data.get()) {
            Ok(Some(Told::Change(change))) => Ok(change),
            Ok(_) => Err(de::Error::custom(format_args!("unknown event `{event}`"))),
            Err(error) => Err(de::Error::custom(error)),
        }
    }
}

/// Reads a list of changes, leaving out those that only a later version of this program understands. The
/// head that comes with the list covers their versions.
pub(crate) fn known<'de, M: Model, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<Change<M>>, D::Error> {
    let mut known = Vec::new();
    for Wire { event, data } in Vec::deserialize(deserializer)? {
        if let Some(Told::Change(change)) =
            Told::from_event(&event, data.get()).map_err(de::Error::custom)?
        {
            known.push(change);
        }
    }
    Ok(known)
}

/// Everything newer than a cursor: the answer to a subscription, a pull and a push.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct CatchUp<M: Model> {
    /// The version of the client's cursor afterwards.
    pub head: Version,
    /// The epoch of the client's cursor afterwards. `None` from an authority without one; versions of
    /// Tandem before epochs neither send nor read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch: Option<Epoch>,
    /// Whether the client's cursor could not be served. Then `changes` are all live rows, and any other
    /// row that the client has is gone.
    pub reset: bool,
    /// The newest state of each row that changed, in the order of versions.
    #[serde(deserialize_with = "known")]
    pub changes: Vec<Change<M>>,
}

impl<M: Model> CatchUp<M> {
    /// Returns the client's cursor afterwards.
    pub fn cursor(&self) -> Cursor {
        Cursor {
            epoch: self.epoch,
            version: self.head,
        }
    }
}
