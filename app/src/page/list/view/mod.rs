//! Which rows are visible, and in which order: each person's own view, which does not change the
//! list.

mod drag;
mod keyboard;
mod search;
mod visible_rows;

use std::collections::HashSet;

use leptos::prelude::*;
use uuid::Uuid;

pub(super) use self::{
    drag::Drag,
    keyboard::Shortcuts,
    search::{Search, found},
    visible_rows::{Direction, VisibleRows},
};
use crate::{
    Item, Record,
    client::{list_view::ListViewState, session::Session},
    page::{route::Filter, text::folding::Query},
    platform::focus,
};

/// What a person has chosen to see.
#[derive(Clone, Copy)]
pub(crate) struct ListView {
    session: Session,
    pub(crate) filter: Signal<Filter>,
    /// The search text; `None` while the search is closed.
    pub(crate) query: RwSignal<Option<String>>,
    /// Whether ticked items move to the end of their section.
    pub(crate) sinks: RwSignal<bool>,
    /// The collapsed sections.
    pub(crate) collapsed: RwSignal<HashSet<Uuid>>,
}

impl ListView {
    /// Opens the search, or goes back to it.
    pub(crate) fn open_search(self) {
        self.query.update(|query| _ = query.get_or_insert_default());
        focus::give_to_search();
    }

    /// Returns the view as the server rendered it.
    pub(crate) fn new(session: Session, filter: Signal<Filter>, state: ListViewState) -> Self {
        let view = Self {
            session,
            filter,
            query: RwSignal::new(None),
            sinks: RwSignal::new(state.sinks),
            collapsed: RwSignal::new(state.collapsed.clone()),
        };
        // A page stored by the service worker may be older than the state on this device.
        Effect::new(move |_| {
            let now = ListViewState::remembered();
            if now != state {
                view.sinks.set(now.sinks);
                view.collapsed.set(now.collapsed);
            }
        });
        view
    }

    /// Switches whether ticked items move to the end of their section.
    pub(crate) fn toggle_sinks(self) {
        self.sinks.update(|sinks| *sinks = !*sinks);
        self.remember();
    }

    /// Collapses or expands a section.
    pub(crate) fn toggle_section(self, id: Uuid) {
        self.collapsed.update(|collapsed| {
            if !collapsed.remove(&id) {
                collapsed.insert(id);
            }
        });
        self.remember();
    }

    /// Returns a row and, for a collapsed heading, the items of its section.
    pub(crate) fn block(self, id: Uuid) -> Vec<Uuid> {
        let mut block = vec![id];
        if self.collapsed.with_untracked(|all| all.contains(&id)) {
            self.session.records().with_ordered_untracked(|records| {
                let items = records.filter_map(Record::as_item);
                let mut behind = items.skip_while(|item| item.id != id).skip(1);
                block.extend(
                    behind
                        .by_ref()
                        .take_while(|item| !item.issection)
                        .map(|item| item.id),
                );
            });
        }
        block
    }

    /// Expands the section of a row.
    pub(crate) fn reveal(self, id: Uuid) {
        let mut heading = None;
        self.session.records().with_ordered_untracked(|records| {
            for item in records.filter_map(Record::as_item) {
                if item.issection {
                    heading = Some(item.id);
                }
                if item.id == id {
                    break;
                }
            }
        });
        let is_hidden = |heading: &Uuid| self.collapsed.with_untracked(|all| all.contains(heading));
        if let Some(heading) = heading.filter(|heading| *heading != id && is_hidden(heading)) {
            self.toggle_section(heading);
        }
    }

    fn remember(self) {
        let state = ListViewState {
            sinks: self.sinks.get_untracked(),
            collapsed: self.collapsed.get_untracked(),
        };
        ListViewState::remember(Some(&state), &self.session.token());
    }

    /// Returns the search query, which is blank while the search is closed.
    pub(crate) fn searched(self) -> Query {
        self.query
            .with(|query| Query::new(query.as_deref().unwrap_or_default()))
    }

    /// Returns the number of items among the rows, without headings.
    pub(crate) fn count_items(self, rows: &[Uuid]) -> usize {
        let records = self.session.records();
        let is_item = |id: &&Uuid| {
            records.with_replica(|replica| {
                let item = replica.get(**id).and_then(Record::as_item);
                item.is_some_and(|item| !item.issection)
            })
        };
        rows.iter().filter(is_item).count()
    }

    /// Returns the visible rows, in order. The edited row stays visible in any case. A search
    /// includes collapsed sections.
    pub(crate) fn rows(self, edited: Memo<Option<Uuid>>) -> Memo<Vec<Uuid>> {
        let records = self.session.records();
        Memo::new(move |_| {
            let filter = self.filter.get();
            let query = self.searched();
            let collapsed = self.collapsed.get();
            let sinks = self.sinks.get();
            let is_searched = !query.is_blank();
            let is_plain = filter == Filter::All && !is_searched && !sinks;
            if is_plain && collapsed.is_empty() {
                return records.ids().get();
            }
            let edited = edited.get();
            let shows = |item: &Item, is_hidden: bool| {
                let is_chosen = item.issection || filter.shows(item.isdone);
                edited == Some(item.id)
                    || is_chosen && finds(item, &query) && (is_searched || !is_hidden)
            };
            records.with_ordered(|records| {
                let items = records.filter_map(Record::as_item);
                arrange(items, shows, sinks, &collapsed)
            })
        })
    }
}

fn finds(item: &Item, query: &Query) -> bool {
    query.is_blank()
        || query.is_in(&item.shortdesc)
        || item
            .longdesc
            .as_deref()
            .is_some_and(|notes| query.is_in(notes))
}

/// Returns the visible rows, section by section; with `sinks`, the ticked items of each come last.
/// `shows` is told whether an item is in a collapsed section.
fn arrange<'a>(
    items: impl Iterator<Item = &'a Item>,
    shows: impl Fn(&Item, bool) -> bool,
    sinks: bool,
    collapsed: &HashSet<Uuid>,
) -> Vec<Uuid> {
    let mut arranged = Vec::new();
    let mut sunk = Vec::new();
    let mut is_hidden = false;
    for item in items {
        if item.issection {
            arranged.append(&mut sunk);
            is_hidden = collapsed.contains(&item.id);
        }
        if shows(item, is_hidden && !item.issection) {
            if sinks && item.isdone {
                sunk.push(item.id);
            } else {
                arranged.push(item.id);
            }
        }
    }
    arranged.append(&mut sunk);
    arranged
}

#[cfg(test)]
mod tests {
    use sync::Model;

    use super::*;
    use crate::ItemPatch;

    fn items(texts: &[&str]) -> Vec<Item> {
        let make = |(n, text): (u128, &&str)| {
            let (draft, isdone) = match text.strip_prefix("# ") {
                Some(section) => (ItemPatch::section(section), false),
                None => (
                    ItemPatch::shortdesc(text.trim_end_matches('!')),
                    text.ends_with('!'),
                ),
            };
            let mut item = Item::create(Uuid::from_u128(n), &draft, 0).expect("an item");
            item.isdone = isdone;
            item
        };
        (1..).zip(texts).map(make).collect()
    }

    fn shown(texts: &[&str], sinks: bool, collapsed: &[u128]) -> Vec<u128> {
        let items = items(texts);
        let collapsed = collapsed.iter().copied().map(Uuid::from_u128).collect();
        let ids = arrange(items.iter(), |_, is_hidden| !is_hidden, sinks, &collapsed);
        ids.into_iter().map(|id| id.as_u128()).collect()
    }

    const SHOP: [&str; 6] = ["bread!", "salt", "# Dairy", "milk!", "butter", "# Fruit"];

    #[test]
    fn ticked_items_sink_within_their_section() {
        assert_eq!(shown(&SHOP, true, &[]), [2, 1, 3, 5, 4, 6]);
        assert_eq!(shown(&SHOP, false, &[]), [1, 2, 3, 4, 5, 6]);
    }

    #[test]
    fn a_collapsed_section_hides_its_items_and_no_others() {
        assert_eq!(shown(&SHOP, false, &[3]), [1, 2, 3, 6]);
    }
}
