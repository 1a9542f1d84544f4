//! An import: what it has added, and what takes it back.

use std::ops::RangeInclusive;

use sync::{Model as _, Op};
use uuid::Uuid;

use super::{Item, List, ListPatch, Record, RecordPatch};

/// The bits of an item's id that number it within its import.
const COUNTED: u128 = 0xffff;

/// Id of an import. The ids of its items derive from it, so that sending it again adds nothing, and
/// everyone can tell them from other items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImportId(pub Uuid);

impl ImportId {
    /// Returns the id of the import's item with this number.
    pub fn item(self, number: u16) -> Uuid {
        Uuid::from_u128(series(self.0) | u128::from(number))
    }

    /// Returns the range of ids that the import's items have.
    pub fn items(self) -> RangeInclusive<Uuid> {
        let first = series(self.0);
        Uuid::from_u128(first)..=Uuid::from_u128(first | COUNTED)
    }

    /// Whether the import has added this item.
    pub fn has_added(self, item: &Item) -> bool {
        self.items().contains(&item.id)
    }

    /// Returns what takes the import back, given its items: those that nobody has changed since are
    /// deleted, and the list gets back the title that it had before.
    pub fn take_back(self, list: &List, items: &[Item]) -> Vec<Op<Record>> {
        let untouched = items.iter().filter(|item| is_untouched(item));
        let delete = |item: &Item| Op::Revert {
            id: item.id,
            from: RecordPatch::Item(item.fields()),
            to: None,
        };
        untouched
            .map(delete)
            .chain(title_back(list, items))
            .collect()
    }
}

/// Whether an item is unchanged since it was added.
fn is_untouched(item: &Item) -> bool {
    item.updated_at == item.created_at
}

fn series(id: Uuid) -> u128 {
    id.as_u128() & !COUNTED
}

/// Returns the operation that undoes the title. The title came with the import if the list was
/// renamed directly after its items, at the same time.
fn title_back(list: &List, items: &[Item]) -> Option<Op<Record>> {
    let untouched = items.iter().filter(|item| is_untouched(item));
    let last = untouched.max_by_key(|item| item.version)?;
    let came_with_it = last.version.next() == list.version && last.updated_at == list.updated_at;
    let title = |title: &str| {
        RecordPatch::List(ListPatch {
            title: Some(title.to_owned()),
        })
    };
    came_with_it.then(|| Op::Revert {
        id: list.id,
        from: title(&list.title),
        to: Some(title(List::DEFAULT_TITLE)),
    })
}
