//! Editing one row in place.

use std::rc::Rc;

use leptos::{prelude::*, web_sys::HtmlInputElement};
use sync::Refusal;
use uuid::Uuid;

use crate::{
    ItemPatch,
    client::session::Session,
    model::{is_blank, trimmed},
    page::parts::{Ending, FieldError, TextField},
    platform::focus,
    words::{shortened, words},
};

/// What is being typed in a row. Kept outside the row, so that nothing that happens to the row
/// loses it.
#[derive(Clone, Debug, PartialEq)]
struct Editing {
    id: Uuid,
    /// The text at the start of the edit: if it is unchanged, nothing is saved.
    before: String,
    text: String,
}

/// The one row that is being edited, if any.
#[derive(Clone, Copy)]
pub(crate) struct Edit {
    session: Session,
    now: RwSignal<Option<Editing>>,
    /// Notified to focus the field again.
    refocus: RwSignal<()>,
}

impl Edit {
    pub(crate) fn new(session: Session) -> Self {
        let edit = Self {
            session,
            now: RwSignal::new(None),
            refocus: RwSignal::new(()),
        };
        edit.keep_what_was_typed();
        edit
    }

    /// Returns the row that is being edited.
    pub(crate) fn id(self) -> Memo<Option<Uuid>> {
        Memo::new(move |_| self.now.with(|now| now.as_ref().map(|it| it.id)))
    }

    fn is_of(self, id: Uuid) -> bool {
        self.now
            .with_untracked(|now| now.as_ref().is_some_and(|it| it.id == id))
    }

    /// Starts to edit another row. If the text of the current one cannot be saved, that one keeps
    /// the focus and its text.
    pub(crate) fn begin(self, id: Uuid, text: String) {
        self.save_or(|_| self.refocus.set(()));
        if self.now.with_untracked(Option::is_none) {
            self.now.set(Some(Editing {
                id,
                before: text.clone(),
                text,
            }));
        }
    }

    /// Saves and ends the edit, or calls `refuse` with the reason. Ends before the field is
    /// removed, so that its blur finds nothing to save.
    fn save_or(self, refuse: impl FnOnce(Refusal)) {
        let Some(it) = self.now.get_untracked() else {
            return;
        };
        match save(self.session, &it) {
            Ok(()) => self.now.set(None),
            Err(refusal) => refuse(refusal),
        }
    }

    /// Keeps the typed text in a notice when someone deletes the edited row.
    fn keep_what_was_typed(self) {
        self.session.keep_typed(move |item| {
            if !self.is_of(item.id) {
                return None;
            }
            let it = self.now.try_update(Option::take).flatten()?;
            // The person deleted the item by emptying its text.
            if is_blank(&it.text) {
                return None;
            }
            let anew = ItemPatch::shortdesc(&*it.text);
            Some((it.text, anew))
        });
    }
}

/// The field in which a row is edited. Enter and leaving it save once; Escape cancels.
#[component]
pub(crate) fn Editor(edit: Edit) -> impl IntoView {
    let problem = RwSignal::new(None::<Refusal>);
    let (id, before, text) = edit.now.with_untracked(|now| {
        let now = now.as_ref();
        now.map(|it| (it.id, it.before.clone(), it.text.clone()))
            .unwrap_or_default()
    });
    let label = words().edit_item.title(&shortened(&before));
    let save = move || edit.save_or(|refusal| problem.set(Some(refusal)));
    let typed = move |text: String| {
        edit.now.update(|now| {
            // A field that is removed while its text has changed tells the change again.
            if let Some(it) = now.as_mut().filter(|it| it.id == id) {
                it.text = text;
            }
        });
    };
    let end = move |ending| {
        match ending {
            Ending::Save => save(),
            Ending::Cancel => edit.now.set(None),
            // When the field is removed, another row may already be edited.
            Ending::Leave if !focus::is_moving() && edit.is_of(id) => return save(),
            Ending::Leave => return,
        }
        focus::give_back(id);
    };
    let place_caret = move |input: &HtmlInputElement| {
        edit.refocus.track();
        // Positions beyond the end mean the end.
        let caret = focus::take_caret().unwrap_or(u32::MAX);
        let _ = input.set_selection_range(caret, caret);
    };
    view! {
        <TextField
            class="edit"
            name=label
            text
            place_caret=Box::new(place_caret)
            typed=Rc::new(typed)
            end=Rc::new(end)
        />
        <FieldError problem/>
    }
}

/// Saves the text. An empty one deletes the item; an unchanged one does not overwrite what others
/// did meanwhile.
fn save(session: Session, it: &Editing) -> Result<(), Refusal> {
    let text = trimmed(&it.text);
    if is_blank(text) {
        session.destroy(it.id);
        return Ok(());
    }
    if text == it.before {
        return Ok(());
    }
    session.rename(it.id, text)
}
