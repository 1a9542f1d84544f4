//! An import as mutations, applied whole and once, however often it is sent.

use app::{
    Error, ImportId, Item, ItemPatch, List, ListPatch, Record, RecordPatch, api::Opened,
    outline::Outline, service::Token,
};
use sync::{ClientId, Model as _, Mutation, Op, Place, Push, Refusal, Seq};
use uuid::Uuid;

use crate::state::AppState;

/// Items that are taken back in one commit.
const TAKEN_BACK: usize = 32;

/// An import to be added.
pub(super) struct Import {
    /// The import's id, which the form carries.
    pub(super) id: ImportId,
    pub(super) outline: Outline,
}

impl Import {
    /// Adds all entries at the end, or none if one is invalid or they are too many. An unused list
    /// takes the title, too.
    pub(super) async fn add(self, state: &AppState, token: &Token) -> Result<(), Error> {
        let Self { id, outline } = self;
        if outline.items.len() > Item::LIMIT {
            return Err(Error::Refused(Refusal::Full { limit: Item::LIMIT }));
        }
        let creates = (1..).zip(outline.items).map(|(number, entry)| Op::Create {
            id: id.item(number),
            draft: RecordPatch::Item(ItemPatch::from(entry)),
            place: Place::End,
        });
        let mut ops: Vec<Op<Record>> = creates.collect();
        // Last, because a repeated import finds the list in use and omits it: everything else keeps
        // its number.
        if let Some(title) = outline.title
            && let Some(list) = unused_list(state, token).await?
        {
            let patch = RecordPatch::List(ListPatch { title: Some(title) });
            ops.push(Op::Update { id: list, patch });
        }
        let mutations = (1..)
            .zip(ops)
            .map(|(seq, op)| Mutation { seq: Seq(seq), op });
        let client = ClientId(id.0);
        let outcome = state
            .service
            .apply_all(token, client, mutations.collect())
            .await;
        outcome.map(drop)
    }
}

async fn unused_list(state: &AppState, token: &Token) -> Result<Option<Uuid>, Error> {
    let opened = state.service.open_list(token).await?;
    let is_used = opened
        .snapshot
        .changes
        .iter()
        .any(|change| change.row.as_item().is_some());
    let is_unused = !is_used && *opened.list.title == *List::DEFAULT_TITLE;
    Ok(is_unused.then_some(opened.list.id))
}

/// Returns the items of an import that are on the list, in the order of the import.
fn items_of(import: ImportId, opened: &Opened) -> Vec<Item> {
    let rows = opened.snapshot.changes.iter().map(|change| &change.row);
    let mut items: Vec<Item> = rows
        .filter_map(Record::as_item)
        .filter(|item| import.has_added(item))
        .cloned()
        .collect();
    items.sort_unstable_by_key(|item| item.id);
    items
}

/// Takes an import back: the items that nobody has changed since are deleted, a part at a time, so that
/// others may write meanwhile, and the title is what it was. What somebody changes meanwhile stays.
pub(super) async fn take_back(
    state: &AppState,
    token: &Token,
    import: ImportId,
) -> Result<(), Error> {
    let opened = state.service.open_list(token).await?;
    let items = items_of(import, &opened);
    let ops = import.take_back(&opened.list, &items);
    let mutations = (1..)
        .zip(ops)
        .map(|(seq, op)| Mutation { seq: Seq(seq), op });
    let mutations: Vec<_> = mutations.collect();
    let client_id = ClientId(Uuid::now_v7());
    let (mut left, mut since) = (&mutations[..], opened.snapshot.head);
    while !left.is_empty() {
        let push = Push {
            client_id,
            since,
            epoch: opened.snapshot.epoch,
            begins: None,
            mutations: left[..left.len().min(TAKEN_BACK)].to_vec(),
        };
        let answer = state.service.push(token, None, push).await?;
        let taken = left.partition_point(|mutation| mutation.seq <= answer.acked);
        if taken == 0 {
            return Err(Error::Unavailable);
        }
        left = &left[taken..];
        since = answer.catch_up.head;
    }
    Ok(())
}
