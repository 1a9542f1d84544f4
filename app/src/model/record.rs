//! The rows of a list's channel.

use serde::{Deserialize, Serialize};
use sync::{Millis, Model, Patch, Position, Refusal, Version};
use uuid::Uuid;

use super::{Item, ItemPatch, List, ListPatch};

/// A row of a list's channel. Another model is another variant here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Record {
    /// An item.
    Item(Item),
    /// The list itself: the one row without a position.
    List(List),
}

/// The fields that a mutation sets, by the kind of its row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", try_from = "WirePatch")]
pub enum RecordPatch {
    /// Those of an item.
    Item(ItemPatch),
    /// Those of the list itself.
    List(ListPatch),
}

/// The form that a [`RecordPatch`] is parsed from: `{"item": {…}}`. A struct takes less of the
/// bundle than an enum.
#[derive(Deserialize)]
struct WirePatch {
    item: Option<ItemPatch>,
    list: Option<ListPatch>,
}

impl TryFrom<WirePatch> for RecordPatch {
    type Error = &'static str;

    fn try_from(wire: WirePatch) -> Result<Self, Self::Error> {
        match (wire.item, wire.list) {
            (Some(item), None) => Ok(Self::Item(item)),
            (None, Some(list)) => Ok(Self::List(list)),
            _ => Err("a patch of no kind, or of two"),
        }
    }
}

impl Record {
    /// Returns the item, if it is one.
    pub fn as_item(&self) -> Option<&Item> {
        match self {
            Self::Item(item) => Some(item),
            Self::List(_) => None,
        }
    }

    /// Returns the list, if it is one.
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

/// Makes the same call on either kind of row.
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

    const EVENT_PREFIXES: &'static [&'static str] = &["", "list:"];

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

    fn accepts(&self, patch: &RecordPatch) -> bool {
        matches!(
            (self, patch),
            (Self::Item(_), RecordPatch::Item(_)) | (Self::List(_), RecordPatch::List(_))
        )
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

    fn set_version(&mut self, version: Version) {
        either!(self, row => row.set_version(version));
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

#[cfg(test)]
mod tests {
    use sync::{Authority, Mutation, Op, Row, Seq};

    use super::*;
    use crate::Title;

    const LIST: Uuid = Uuid::from_u128(1);
    const ITEM: Uuid = Uuid::from_u128(2);

    fn list_with_an_item() -> Authority<Record> {
        let list = List {
            id: LIST,
            title: Title::from_stored("Shopping".to_owned()),
            version: Version(1),
            created_at: 0,
            updated_at: 0,
        };
        let row = Row {
            model: Record::List(list),
            destroyed: false,
        };
        let mut authority = Authority::restore(Version(1), Version::ZERO, [row], []);
        let op = Op::Create {
            id: ITEM,
            draft: RecordPatch::Item(ItemPatch::shortdesc("milk")),
            place: sync::Place::End,
        };
        authority.take(None, &[Mutation { seq: Seq(1), op }], 0);
        authority
    }

    #[test]
    fn a_patch_of_the_other_kind_changes_nothing() {
        let item = || RecordPatch::Item(ItemPatch::shortdesc("milk"));
        let list = || {
            RecordPatch::List(ListPatch {
                title: Some("Shopping".to_owned()),
            })
        };
        let revert = |id, from, to| Op::Revert { id, from, to };
        let ops = [
            revert(LIST, list(), None),
            revert(LIST, item(), None),
            revert(LIST, RecordPatch::Item(ItemPatch::default()), None),
            revert(LIST, RecordPatch::List(ListPatch::default()), None),
            revert(LIST, item(), Some(list())),
            revert(ITEM, list(), None),
            revert(ITEM, list(), Some(item())),
            revert(ITEM, item(), Some(list())),
            revert(ITEM, RecordPatch::List(ListPatch::default()), None),
            revert(ITEM, RecordPatch::Item(ItemPatch::default()), None),
            // `issection` is not compared, since it never changes.
            revert(
                ITEM,
                RecordPatch::Item(ItemPatch {
                    issection: Some(false),
                    ..ItemPatch::default()
                }),
                None,
            ),
            Op::Update {
                id: ITEM,
                patch: list(),
            },
            Op::Update {
                id: LIST,
                patch: item(),
            },
        ];
        for op in ops {
            let mut authority = list_with_an_item();
            let outcome = authority.take(
                None,
                &[Mutation {
                    seq: Seq(1),
                    op: op.clone(),
                }],
                0,
            );
            assert_eq!(outcome.changes, [], "{op:?}");
            assert_eq!(outcome.rejected[0].reason, Refusal::Unsupported, "{op:?}");
        }
    }
}
