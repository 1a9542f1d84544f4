//! What a person does to the list, and undoes.

use leptos::prelude::*;
use sync::{Op, Place, Refusal, Replica, Reversal, Undone};
use uuid::Uuid;

use super::Session;
use crate::{
    Item, ItemPatch, List, ListPatch, Record, RecordPatch,
    client::notices::{Notice, Offer},
    outline::{Entry, Outline},
    platform,
    words::{Gap, count, shortened},
};

impl Session {
    /// Adds an item at the end.
    ///
    /// # Errors
    /// If the text is blank or too long, or the list is full.
    pub fn add(&self, shortdesc: &str) -> Result<(), Refusal> {
        self.add_all(vec![ItemPatch::shortdesc(shortdesc)])
    }

    /// Adds items at the end, as one action.
    ///
    /// # Errors
    /// If one of them is not acceptable, or the list has no room for all. Then none is added.
    pub fn add_all(&self, drafts: Vec<ItemPatch>) -> Result<(), Refusal> {
        let told = match &drafts[..] {
            [one] => {
                let title = one.shortdesc.as_deref().unwrap_or_default();
                self.words.did_add_one.title(&shortened(title))
            }
            many => count(self.words.did_add, many.len()),
        };
        self.create(None, drafts, &|| Notice::announced(told.clone()))
    }

    /// Returns what to add when a list comes as text: its title, if this list is still new, and its
    /// entries. Otherwise a different title becomes the section above the entries.
    pub(crate) fn fitting(&self, outline: Outline) -> (Option<String>, Vec<Entry>) {
        let Outline { title, mut items } = outline;
        let known = self.list.with_untracked(|list| list.title.to_string());
        let Some(title) = title.filter(|title| *title != known) else {
            return (None, items);
        };
        if known == List::DEFAULT_TITLE && self.records.ids().with_untracked(Vec::is_empty) {
            return (Some(title), items);
        }
        let section = Entry {
            shortdesc: title,
            issection: true,
            ..Entry::default()
        };
        items.insert(0, section);
        (None, items)
    }

    /// Adds items at the end and renames the list if a title is given, as one action.
    ///
    /// # Errors
    /// If one of them is not acceptable, or the list has no room for all. Then nothing changes.
    pub(crate) fn add_list(
        &self,
        title: Option<String>,
        drafts: Vec<ItemPatch>,
    ) -> Result<(), Refusal> {
        let told = count(self.words.did_add, drafts.len());
        self.create(title, drafts, &|| Notice::done(told.clone()))
    }

    fn create(
        &self,
        title: Option<String>,
        drafts: Vec<ItemPatch>,
        notice: &dyn Fn() -> Notice,
    ) -> Result<(), Refusal> {
        let create = |draft| Op::Create {
            id: platform::new_id(),
            draft: RecordPatch::Item(draft),
            place: Place::End,
        };
        let title = title.map(|title| Op::Update {
            id: self.list_id,
            patch: RecordPatch::List(ListPatch { title: Some(title) }),
        });
        let creates = drafts.into_iter().map(create);
        let ops = title.into_iter().chain(creates).collect();
        self.act(ops, notice)
    }

    /// Renames an item.
    ///
    /// # Errors
    /// If the text is blank or too long.
    pub fn rename(&self, id: Uuid, shortdesc: &str) -> Result<(), Refusal> {
        self.patch(id, ItemPatch::shortdesc(shortdesc))
    }

    /// Ticks or unticks an item.
    pub fn set_done(&self, id: Uuid, isdone: bool) {
        let template = if isdone {
            self.words.did_tick
        } else {
            self.words.did_untick
        };
        let told = template.title(&self.title_of(id));
        let ops = vec![update(id, ItemPatch::isdone(isdone))];
        // It only fails if the row is gone, which the person sees.
        let _ = self.act(ops, &|| Notice::announced(told.clone()));
    }

    /// Ticks or unticks all items, as one action.
    pub fn set_all_done(&self, isdone: bool) {
        let ids = self.items_where(|item| item.isdone != isdone && !item.issection);
        let template = if isdone {
            self.words.did_tick_all
        } else {
            self.words.did_untick_all
        };
        let told = count(template, ids.len());
        let tick = |id| update(id, ItemPatch::isdone(isdone));
        self.attempt(ids.into_iter().map(tick).collect(), &told);
    }

    /// Deletes an item.
    pub fn destroy(&self, id: Uuid) {
        let told = self.words.did_delete.title(&self.title_of(id));
        self.attempt(vec![Op::Destroy { id }], &told);
    }

    /// Deletes the ticked items, as one action.
    pub fn clear_completed(&self) {
        let ids = self.items_where(|item| item.isdone);
        let told = count(self.words.did_clear, ids.len());
        let destroy = |id| Op::Destroy { id };
        self.attempt(ids.into_iter().map(destroy).collect(), &told);
    }

    /// Restores a deleted item.
    ///
    /// # Errors
    /// If it is no longer known, or the list is full.
    pub fn restore(&self, id: Uuid, title: &str) -> Result<(), Refusal> {
        let told = self.words.did_restore.title(&shortened(title));
        self.act(vec![Op::Restore { id }], &|| Notice::done(told.clone()))
    }

    /// Moves rows to a place, one after the other, as one action.
    pub fn relocate(&self, ids: &[Uuid], mut place: Place) {
        let Some(&first) = ids.first() else { return };
        let moved = ids.len();
        let mut ops = Vec::new();
        for &id in ids {
            ops.push(Op::Move { id, place });
            place = Place::After(id);
        }
        // It only fails if the row is gone. Then there is nothing to move.
        let _ = self.act(ops, &|| {
            let (index, amount) = self.records.ids().with_untracked(|ids| {
                let index = ids.iter().position(|it| *it == first);
                (index.unwrap_or_default(), ids.len())
            });
            let template = if index == 0 {
                self.words.did_move_to_start
            } else if index + moved == amount {
                self.words.did_move_to_end
            } else {
                self.words.did_move
            };
            let title = self.title_of(first);
            let gaps = [Gap::Title(&title), Gap::Place(index + 1)];
            Notice::done(template.fill(&gaps))
        });
    }

    /// Sets fields of an item.
    ///
    /// # Errors
    /// If a value is not acceptable.
    pub fn patch(&self, id: Uuid, patch: ItemPatch) -> Result<(), Refusal> {
        let ops = vec![update(id, patch)];
        self.act(ops, &|| Notice::done(self.words.did_edit))
    }

    /// Renames the list.
    ///
    /// # Errors
    /// If the title is blank or too long.
    pub fn rename_list(&self, title: &str) -> Result<(), Refusal> {
        let told = self.words.did_rename_list.title(&shortened(title));
        let patch = RecordPatch::List(ListPatch {
            title: Some(title.to_owned()),
        });
        let id = self.list_id;
        let ops = vec![Op::Update { id, patch }];
        self.act(ops, &|| Notice::done(told.clone()))
    }

    /// Undoes the last action.
    pub fn undo(&self) {
        let undone = self.take_back(sync::History::undo);
        self.tell_undone(undone, self.words.undone, Offer::Redo);
    }

    /// Redoes what was undone last.
    pub fn redo(&self) {
        let redone = self.take_back(sync::History::redo);
        self.tell_undone(redone, self.words.redone, Offer::Undo);
    }

    /// Whether there is something to undo.
    pub fn can_undo(&self) -> bool {
        self.history.with(sync::History::can_undo)
    }

    /// Whether there is something to redo.
    pub fn can_redo(&self) -> bool {
        self.history.with(sync::History::can_redo)
    }

    fn take_back(
        &self,
        step: impl FnOnce(&mut sync::History<Record>, &sync::Replica<Record>) -> Option<Undone<Record>>,
    ) -> Option<Undone<Record>> {
        if !self.may_change() {
            return None;
        }
        let undone = self.records.with_replica(|replica| {
            self.history
                .try_update(|history| step(history, replica))
                .flatten()
        });
        if let Some(undone) = &undone
            && self
                .records
                .mutate(undone.ops.clone(), platform::now())
                .is_ok()
        {
            self.wake_up();
        }
        undone
    }

    fn tell_undone(&self, undone: Option<Undone<Record>>, told: &str, offer: Offer) {
        let notice = match undone {
            None => return,
            Some(undone) if undone.overtaken && undone.ops.is_empty() => {
                Notice::info(self.words.overtaken)
            }
            Some(undone) if undone.ops.is_empty() => Notice::info(told),
            Some(undone) if undone.overtaken => {
                Notice::offering(format!("{told} {}", self.words.overtaken), offer)
            }
            Some(_) => Notice::offering(told, offer),
        };
        self.notices.add(notice);
    }

    /// Applies operations as one action, and shows the notice if they change anything.
    fn act(&self, ops: Vec<Op<Record>>, notice: &dyn Fn() -> Notice) -> Result<(), Refusal> {
        if ops.is_empty() || !self.may_write() {
            return Ok(());
        }
        if self.gone.get_untracked() {
            return Err(Refusal::Destroyed);
        }
        let pending = || self.records.with_replica(Replica::pending);
        let before = pending();
        let reversal = self
            .records
            .with_replica(|replica| Reversal::of(&ops, replica));
        self.records.mutate(ops, platform::now())?;
        if pending() > before {
            self.history.update(|history| history.did(reversal));
            self.notices.add(notice());
            self.wake_up();
        }
        Ok(())
    }

    /// Applies operations without text. They only fail if the row is gone, which the person sees.
    fn attempt(&self, ops: Vec<Op<Record>>, told: &str) {
        let _ = self.act(ops, &|| Notice::done(told));
    }

    fn may_change(&self) -> bool {
        self.may_write() && !self.gone.get_untracked()
    }

    fn title_of(&self, id: Uuid) -> String {
        let row = self.records.row(id);
        let title = row
            .and_then(|row| row.with_untracked(|row| Some(shortened(&row.as_item()?.shortdesc))));
        title.unwrap_or_default()
    }

    fn items_where(&self, keep: impl Fn(&Item) -> bool) -> Vec<Uuid> {
        self.records.with_ordered_untracked(|records| {
            records
                .filter_map(Record::as_item)
                .filter(|item| keep(item))
                .map(|item| item.id)
                .collect()
        })
    }
}

fn update(id: Uuid, patch: ItemPatch) -> Op<Record> {
    Op::Update {
        id,
        patch: RecordPatch::Item(patch),
    }
}
