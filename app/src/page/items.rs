//! The items: each row listens to its own signal, so a change touches that row alone.

use leptos::{ev::KeyboardEvent, html, prelude::*};
use sync::{Delta, Refusal};
use uuid::Uuid;

use super::{
    list::{Filter, tally},
    problem::Problem,
};
use crate::{
    Record,
    notices::{Notice, Offer},
    session::Session,
    words::{fill, words},
};

/// What is being typed in a row. It lives outside of the row, so that nothing that happens to the
/// row can take it away.
#[derive(Clone, Debug, PartialEq)]
struct Editing {
    id: Uuid,
    /// The text when the person began: who changes nothing saves nothing.
    before: String,
    text: String,
}

/// The one row that is being edited, if any.
#[derive(Clone, Copy)]
struct Edit {
    session: Session,
    now: RwSignal<Option<Editing>>,
    /// Calls the field back into focus.
    refocus: RwSignal<()>,
}

impl Edit {
    /// Begins with another row, unless the text of the present one cannot be saved: then that one
    /// keeps the focus, and what was typed stays.
    fn begin(self, id: Uuid, text: String) {
        self.save_or(|_| self.refocus.set(()));
        if self.now.with_untracked(Option::is_none) {
            self.now.set(Some(Editing {
                id,
                before: text.clone(),
                text,
            }));
        }
    }

    /// Saves and ends, or says why it cannot. Ends before the field goes, so that the blur that
    /// follows finds nothing to save.
    fn save_or(self, refuse: impl FnOnce(Refusal)) {
        let Some(it) = self.now.get_untracked() else {
            return;
        };
        match save(self.session, &it) {
            Ok(()) => self.now.set(None),
            Err(refusal) => refuse(refusal),
        }
    }
}

/// The list's items, and the box that ticks them all.
#[component]
pub(crate) fn Items(session: Session, filter: Signal<Filter>) -> impl IntoView {
    let records = session.records();
    let edit = Edit {
        session,
        now: RwSignal::new(None),
        refocus: RwSignal::new(()),
    };
    let edited_id = Memo::new(move |_| edit.now.with(|now| now.as_ref().map(|it| it.id)));
    // Only the rows that begin or end being edited hear of it.
    let edited = Selector::new(move || edited_id.get());
    let visible = Memo::new(move |_| match filter.get() {
        Filter::All => records.ids().get(),
        // What is being edited stays, whatever happens to it meanwhile.
        filter => records.with_ordered(|records| {
            let edited = edited_id.get();
            let items = records.filter_map(Record::as_item);
            items
                .filter(|item| filter.shows(item.isdone) || edited == Some(item.id))
                .map(|item| item.id)
                .collect()
        }),
    });
    let tally = tally(session);
    let all_done = Signal::derive(move || tally.get().left() == 0);
    keep_what_was_typed(edit);
    view! {
        <section class="main">
            {session
                .may_write()
                .then(|| {
                    view! {
                        <input
                            id="toggle-all"
                            class="toggle-all"
                            type="checkbox"
                            prop:checked=all_done
                            checked=all_done.get_untracked()
                            on:change=move |event| session.set_all_done(event_target_checked(&event))
                        />
                        <label for="toggle-all">{words().toggle_all}</label>
                    }
                })}
            <ul class="todo-list">
                <For each=move || visible.get() key=|id| *id let:id>
                    {records.row(id).map(|row| view! { <Row session id row edit edited=edited.clone()/> })}
                </For>
            </ul>
        </section>
    }
}

/// When somebody deletes the row that is being edited, what was typed is kept in a notice.
fn keep_what_was_typed(edit: Edit) {
    let words = words();
    edit.session.records().on_remote(move |_, delta| {
        if let Delta::Removed(Record::Item(item)) = delta
            && edit
                .now
                .with_untracked(|now| now.as_ref().is_some_and(|it| it.id == item.id))
            && let Some(it) = edit.now.try_update(Option::take).flatten()
        {
            let title = shortened(&item.shortdesc);
            edit.session.notices().add(Notice {
                offer: Some(Offer::AddDraft),
                ..Notice::keeping(fill(words.edited_deleted, title), it.text)
            });
        }
    });
}

/// A text for the middle of a sentence.
pub(crate) fn shortened(text: &str) -> String {
    const MOST: usize = 40;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
}

#[component]
fn Row(
    session: Session,
    id: Uuid,
    row: ArcReadSignal<Record>,
    edit: Edit,
    edited: Selector<Option<Uuid>>,
) -> impl IntoView {
    let words = words();
    let row: Signal<Record> = row.into();
    let title = Signal::derive(move || {
        row.with(|row| {
            row.as_item()
                .map(|item| item.shortdesc.to_string())
                .unwrap_or_default()
        })
    });
    let isdone =
        Signal::derive(move || row.with(|row| row.as_item().is_some_and(|item| item.isdone)));
    let unsaved = session.records().unsaved(id);
    let unsaved_mark = Signal::derive({
        let unsaved = unsaved.clone();
        move || unsaved.get().then_some("")
    });
    let unsaved_words = Signal::derive(move || unsaved.get().then_some(words.not_saved_yet));
    let is_edited = Signal::derive(move || edited.selected(&Some(id)));
    let class = Signal::derive(move || match (isdone.get(), is_edited.get()) {
        (false, false) => "",
        (true, false) => "completed",
        (false, true) => "editing",
        (true, true) => "completed editing",
    });
    let begin = move || {
        if session.may_write() {
            edit.begin(id, title.get_untracked());
        }
    };
    let title_id = format!("title-{id}");
    view! {
        <li class=class data-testid="todo-item" data-unsaved=unsaved_mark>
            <div class="view">
                <input
                    class="toggle"
                    type="checkbox"
                    aria-labelledby=title_id.clone()
                    title=unsaved_words
                    disabled=!session.may_write()
                    prop:checked=isdone
                    checked=isdone.get_untracked()
                    on:change=move |event| session.set_done(id, event_target_checked(&event))
                />
                <label id=title_id data-testid="todo-title" dir="auto" on:dblclick=move |_| begin()>
                    {title}
                </label>
                {session
                    .may_write()
                    .then(|| {
                        view! {
                            <RowButton id key="edit" name=words.edit class="icon edit-button" act=begin/>
                            <RowButton id key="delete" name=words.delete class="icon destroy" act=move || session.destroy(id)/>
                        }
                    })}
            </div>
            {move || is_edited.get().then(|| view! { <Editor edit/> })}
        </li>
    }
}

/// A button of a row. Its accessible name is its own and the row's title, such as "Edit milk".
#[component]
fn RowButton(
    id: Uuid,
    key: &'static str,
    name: &'static str,
    class: &'static str,
    act: impl Fn() + 'static,
) -> impl IntoView {
    let own_id = format!("{key}-{id}");
    view! {
        <button
            type="button"
            class=class
            aria-label=name
            aria-labelledby=format!("{own_id} title-{id}")
            id=own_id.clone()
            on:click=move |_| act()
        ></button>
    }
}

/// The field in which a row is edited. Enter and leaving it save, once; Escape does not.
#[component]
fn Editor(edit: Edit) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let problem = RwSignal::new(None::<Refusal>);
    let before = edit.now.with_untracked(|now| {
        let now = now.as_ref();
        now.map(|it| it.before.clone()).unwrap_or_default()
    });
    let label = fill(words().edit_item, shortened(&before));
    Effect::new(move |_| {
        edit.refocus.track();
        if let Some(input) = input.get() {
            let _ = input.focus();
            let end = u32::try_from(input.value().encode_utf16().count()).unwrap_or_default();
            let _ = input.set_selection_range(end, end);
        }
    });
    let save = move || edit.save_or(|refusal| problem.set(Some(refusal)));
    let on_input = move |text: String| {
        edit.now.update(|now| {
            if let Some(it) = now {
                it.text = text;
            }
        });
    };
    let on_key = move |event: KeyboardEvent| match event.key().as_str() {
        // Enter that ends a word of an input method is not ours.
        "Enter" if !event.is_composing() => save(),
        "Escape" => edit.now.set(None),
        _ => {}
    };
    view! {
        <input
            class="edit"
            aria-label=label
            autocomplete="off"
            enterkeyhint="done"
            node_ref=input
            value=before
            on:input=move |event| on_input(event_target_value(&event))
            on:keydown=on_key
            on:blur=move |_| save()
        />
        <Problem problem/>
    }
}

/// An empty text deletes the item; an unchanged one leaves to others what they did meanwhile.
fn save(session: Session, it: &Editing) -> Result<(), Refusal> {
    let text = it.text.trim();
    if text.is_empty() {
        session.destroy(it.id);
        return Ok(());
    }
    if text == it.before {
        return Ok(());
    }
    session.rename(it.id, text)
}
