//! Whatever a list's channel holds.

use serde::{Deserialize, Serialize};
use sync::{Millis, Model, Patch, Position, Refusal, Version};
use uuid::Uuid;

use super::{Item, ItemPatch, List, ListPatch};

/// A row of a list's channel. A further model is a further variant here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Record {
    /// An entry.
    Item(Item),
    /// The list itself: the one row without a position.
    List(List),
}

/// The fields that a mutation sets, by the kind of its row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordPatch {
    /// Those of an entry.
    Item(ItemPatch),
    /// Those of the list itself.
    List(ListPatch),
}

impl Record {
    /// The entry, if it is one.
    pub fn as_item(&self) -> Option<&Item> {
        match self {
            Self::Item(item) => Some(item),
            Self::List(_) => None,
        }
    }

    /// The list itself, if it is that.
    pub fn as_list(&self) -> Option<&List> {
        match self {
            Self::List(list) => Some(list),
            Self::Item(_) => None,
        }
    }
}

/// Patches of different kinds have no field in common.
impl Patch for RecordPatch {
    fn is_blank(&self) -> bool {
        match self {
            Self::Item(patch) => patch.is_blank(),
            Self::List(patch) => patch.is_blank(),
        }
    }

    fn differing(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Item(patch), Self::Item(other)) => Self::Item(patch.differing(other)),
            (Self::List(patch), Self::List(other)) => Self::List(patch.differing(other)),
            (Self::Item(_), _) => Self::Item(ItemPatch::default()),
            (Self::List(_), _) => Self::List(ListPatch::default()),
        }
    }

    fn without(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Item(patch), Self::Item(other)) => Self::Item(patch.without(other)),
            (Self::List(patch), Self::List(other)) => Self::List(patch.without(other)),
            (patch, _) => patch.clone(),
        }
    }
}

/// The same call on whichever row it is.
macro_rules! either {
    ($record:expr, $row:ident => $call:expr) => {
        match $record {
            Record::Item($row) => $call,
            Record::List($row) => $call,
        }
    };
}

impl Model for Record {
    type Patch = RecordPatch;

    const LIMIT: usize = Item::LIMIT;

    const MAX_WEIGHT: usize = Item::MAX_WEIGHT;

    fn create(id: Uuid, draft: &RecordPatch, now: Millis) -> Result<Self, Refusal> {
        match draft {
            RecordPatch::Item(draft) => Item::create(id, draft, now).map(Self::Item),
            RecordPatch::List(draft) => List::create(id, draft, now).map(Self::List),
        }
    }

    fn fields(&self) -> RecordPatch {
        match self {
            Self::Item(item) => RecordPatch::Item(item.fields()),
            Self::List(list) => RecordPatch::List(list.fields()),
        }
    }

    fn apply(&mut self, patch: &RecordPatch) -> Result<(), Refusal> {
        match (self, patch) {
            (Self::Item(item), RecordPatch::Item(patch)) => item.apply(patch),
            (Self::List(list), RecordPatch::List(patch)) => list.apply(patch),
            _ => Err(Refusal::Unsupported),
        }
    }

    fn id(&self) -> Uuid {
        either!(self, row => row.id())
    }

    fn version(&self) -> Version {
        either!(self, row => row.version())
    }

    fn position(&self) -> Option<&Position> {
        either!(self, row => row.position())
    }

    fn weight(&self) -> usize {
        either!(self, row => row.weight())
    }

    fn stamp(&mut self, version: Version, now: Millis) {
        either!(self, row => row.stamp(version, now));
    }

    fn set_position(&mut self, position: Position) {
        either!(self, row => row.set_position(position));
    }

    fn event_prefix(&self) -> &'static str {
        either!(self, row => row.event_prefix())
    }

    fn from_event(prefix: &str, json: &str) -> Result<Self, serde_json::Error> {
        match prefix {
            "list:" => List::from_event("", json).map(Self::List),
            prefix => Item::from_event(prefix, json).map(Self::Item),
        }
    }
}
