//! The text in an operation that a person typed, which is never lost silently.

use sync::Op;

use crate::{ItemPatch, Record, RecordPatch, lines, words::shortened};

/// Returns the text that a person typed for this operation: a title, notes, or both.
pub(crate) fn typed_text(op: &Op<Record>) -> Option<String> {
    match patch_of(op)? {
        RecordPatch::Item(patch) => {
            let notes = patch.longdesc.clone().flatten();
            let texts: Vec<_> = patch.shortdesc.clone().into_iter().chain(notes).collect();
            (!texts.is_empty()).then(|| texts.join("\n"))
        }
        RecordPatch::List(patch) => patch.title.clone(),
    }
}

/// Returns a new item with everything that the operation would have set, if it has typed text.
/// Notes without a title get their first line as title.
pub(crate) fn as_new_item(op: &Op<Record>) -> Option<ItemPatch> {
    let RecordPatch::Item(patch) = patch_of(op)? else {
        return None;
    };
    let typed = typed_text(op)?;
    let title = match &patch.shortdesc {
        Some(title) => title.clone(),
        None => shortened(lines(typed.trim()).next()?),
    };
    Some(ItemPatch {
        shortdesc: Some(title),
        ..patch.clone()
    })
}

fn patch_of(op: &Op<Record>) -> Option<&RecordPatch> {
    match op {
        Op::Create { draft: patch, .. }
        | Op::Update { patch, .. }
        | Op::Revert {
            to: Some(patch), ..
        } => Some(patch),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn update(patch: ItemPatch) -> Op<Record> {
        Op::Update {
            id: Uuid::nil(),
            patch: RecordPatch::Item(patch),
        }
    }

    #[test]
    fn what_was_typed_makes_a_new_item_with_all_that_was_set() {
        let milk = ItemPatch {
            isdone: Some(true),
            ..ItemPatch::shortdesc("milk")
        };
        assert_eq!(as_new_item(&update(milk.clone())), Some(milk));
    }

    #[test]
    fn notes_get_their_first_line_as_title() {
        let notes = "\nthe one with cherries\nand cream";
        let item = ItemPatch {
            shortdesc: Some("the one with cherries".to_owned()),
            ..ItemPatch::longdesc(notes)
        };
        assert_eq!(as_new_item(&update(ItemPatch::longdesc(notes))), Some(item));
    }

    #[test]
    fn without_typed_text_there_is_no_new_item() {
        for patch in [ItemPatch::isdone(true), ItemPatch::longdesc(" \n")] {
            assert_eq!(as_new_item(&update(patch)), None);
        }
        assert_eq!(as_new_item(&Op::Destroy { id: Uuid::nil() }), None);
    }
}
