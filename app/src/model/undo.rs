//! How the models' patches are taken back, field by field.

use sync::Undo;

use super::{Item, ItemPatch, List, ListPatch, Record, RecordPatch};

impl Item {
    fn fields(&self) -> ItemPatch {
        ItemPatch {
            shortdesc: Some(self.shortdesc.to_string()),
            longdesc: Some(self.longdesc.as_deref().map(str::to_owned)),
            isdone: Some(self.isdone),
            due: Some(self.due.map(|due| due.to_string())),
            // It never changes.
            issection: None,
        }
    }
}

impl List {
    fn fields(&self) -> ListPatch {
        ListPatch {
            title: Some(self.title.to_string()),
        }
    }
}

/// The field as it is, if the patch sets it to something else.
fn reverse<T: PartialEq>(field: Option<T>, set: Option<&T>) -> Option<T> {
    field.filter(|now| set.is_some_and(|set| set != now))
}

/// Takes the field out if the other sets it too.
fn subtract<T>(field: &mut Option<T>, other: Option<&T>) -> bool {
    other.is_some() && field.take().is_some()
}

impl Undo for Record {
    fn fields(&self) -> RecordPatch {
        match self {
            Self::Item(item) => RecordPatch::Item(item.fields()),
            Self::List(list) => RecordPatch::List(list.fields()),
        }
    }

    fn reverse(&self, patch: &RecordPatch) -> RecordPatch {
        match (self.fields(), patch) {
            (RecordPatch::Item(now), RecordPatch::Item(patch)) => RecordPatch::Item(ItemPatch {
                shortdesc: reverse(now.shortdesc, patch.shortdesc.as_ref()),
                longdesc: reverse(now.longdesc, patch.longdesc.as_ref()),
                isdone: reverse(now.isdone, patch.isdone.as_ref()),
                due: reverse(now.due, patch.due.as_ref()),
                issection: None,
            }),
            (RecordPatch::List(now), RecordPatch::List(patch)) => RecordPatch::List(ListPatch {
                title: reverse(now.title, patch.title.as_ref()),
            }),
            (now, _) => now,
        }
    }

    fn subtract(patch: &mut RecordPatch, other: &RecordPatch) -> bool {
        match (patch, other) {
            (RecordPatch::Item(patch), RecordPatch::Item(other)) => [
                subtract(&mut patch.shortdesc, other.shortdesc.as_ref()),
                subtract(&mut patch.longdesc, other.longdesc.as_ref()),
                subtract(&mut patch.isdone, other.isdone.as_ref()),
                subtract(&mut patch.due, other.due.as_ref()),
            ]
            .contains(&true),
            (RecordPatch::List(patch), RecordPatch::List(other)) => {
                subtract(&mut patch.title, other.title.as_ref())
            }
            _ => false,
        }
    }

    fn is_blank(patch: &RecordPatch) -> bool {
        match patch {
            RecordPatch::Item(patch) => *patch == ItemPatch::default(),
            RecordPatch::List(patch) => *patch == ListPatch::default(),
        }
    }
}
