//! One row: an item, or the heading of a section.

mod details;
mod due;
mod editor;

use leptos::{either::Either, prelude::*};
use uuid::Uuid;

pub(super) use self::{details::DetailsPanel, due::provide_today, editor::Edit};
use self::{due::DueMark, editor::Editor};
use super::{
    panels::{Panel, Panels},
    view::ListView,
};
use crate::{
    Item, Record,
    client::session::Session,
    page::{parts::Later, text::rich},
    platform::rows,
    words::words,
};

/// One row.
#[component]
pub(crate) fn Row(
    session: Session,
    id: Uuid,
    row: ArcReadSignal<Record>,
    edit: Edit,
    edited: Selector<Option<Uuid>>,
    view: ListView,
    panels: Panels,
) -> impl IntoView {
    let row = RowState {
        session,
        id,
        row: row.into(),
        edit,
        view,
        panels,
    };
    let is_edited = Signal::derive(move || edited.selected(&Some(id)));
    // A row never changes between item and heading.
    if row.with(|item| item.issection).get_untracked() {
        Either::Left(section(row, is_edited))
    } else {
        Either::Right(item(row, is_edited))
    }
}

/// What items and headings have in common.
#[derive(Clone, Copy)]
struct RowState {
    session: Session,
    id: Uuid,
    row: Signal<Record>,
    edit: Edit,
    view: ListView,
    panels: Panels,
}

impl RowState {
    fn with<T: Clone + Default + PartialEq + Send + Sync + 'static>(
        self,
        look: fn(&Item) -> T,
    ) -> Signal<T> {
        Signal::derive(move || {
            self.row
                .with(|row| row.as_item().map(look).unwrap_or_default())
        })
    }

    fn title(self) -> Signal<String> {
        self.with(|item| item.shortdesc.to_string())
    }

    fn begin_editing(self) {
        if self.session.may_write() {
            self.edit.begin(self.id, self.title().get_untracked());
        }
    }

    /// Returns the title as HTML.
    fn html(self) -> Signal<String> {
        let title = self.title();
        Signal::derive(move || {
            let query = self.view.searched();
            title.with(|title| rich::html(title, &query))
        })
    }

    fn title_id(self) -> String {
        format!("title-{}", self.id)
    }

    fn unsaved(self) -> (Signal<Option<&'static str>>, Signal<Option<&'static str>>) {
        let words = words().not_saved_yet;
        let unsaved: Signal<bool> = self.session.records().unsaved(self.id).into();
        (
            Signal::derive(move || unsaved.get().then_some("")),
            Signal::derive(move || unsaved.get().then_some(words)),
        )
    }
}

fn item(row: RowState, is_edited: Signal<bool>) -> impl IntoView {
    let RowState { session, id, .. } = row;
    let isdone = row.with(|item| item.isdone);
    let (unsaved, unsaved_words) = row.unsaved();
    let class = Signal::derive(move || match (isdone.get(), is_edited.get()) {
        (false, false) => "",
        (true, false) => "completed",
        (false, true) => "editing",
        (true, true) => "completed editing",
    });
    view! {
        <li class=class data-testid="todo-item" data-id=id.to_string() data-unsaved=unsaved>
            <div class="view">
                <Handle session/>
                <input
                    class="toggle"
                    type="checkbox"
                    aria-labelledby=row.title_id()
                    title=unsaved_words
                    disabled=!session.may_write()
                    prop:checked=isdone
                    checked=isdone.get_untracked()
                    on:change=move |event| {
                        session.set_done(id, event_target_checked(&event));
                        // The change may have been refused.
                        rows::set_checked(&event, isdone.get_untracked());
                    }
                />
                <label
                    id=row.title_id()
                    data-testid="todo-title"
                    dir="auto"
                    on:dblclick=move |_| row.begin_editing()
                    inner_html=row.html()
                ></label>
                <DueMark due=row.with(|item| item.due) isdone/>
                <RowButtons row/>
            </div>
            {move || Later(is_edited.get().then(|| view! { <Editor edit=row.edit/> }))}
        </li>
    }
}

/// The heading of a section, which extends to the next heading.
fn section(row: RowState, is_edited: Signal<bool>) -> impl IntoView {
    let words = words();
    let RowState {
        session, id, view, ..
    } = row;
    let (unsaved, unsaved_words) = row.unsaved();
    let class = Signal::derive(move || {
        if is_edited.get() {
            "section editing"
        } else {
            "section"
        }
    });
    let is_open = Signal::derive(move || !view.collapsed.with(|collapsed| collapsed.contains(&id)));
    let name = Signal::derive(move || {
        if is_open.get() {
            words.collapse
        } else {
            words.expand
        }
    });
    let expanded = Signal::derive(move || is_open.get().to_string());
    view! {
        <li class=class data-testid="todo-section" data-id=id.to_string() data-unsaved=unsaved>
            <div class="view">
                <Handle session/>
                <button
                    type="button"
                    class="icon collapse"
                    title=unsaved_words
                    aria-label=name
                    aria-describedby=row.title_id()
                    aria-expanded=expanded
                    on:click=move |_| view.toggle_section(id)
                ></button>
                <h2
                    id=row.title_id()
                    class="section-title"
                    dir="auto"
                    on:dblclick=move |_| row.begin_editing()
                    inner_html=row.html()
                ></h2>
                <RowButtons row/>
            </div>
            {move || Later(is_edited.get().then(|| view! { <Editor edit=row.edit/> }))}
        </li>
    }
}

/// The handle by which a row is dragged. Not reachable by keys, since there are other ways to move
/// a row.
#[component]
fn Handle(session: Session) -> impl IntoView {
    session
        .may_write()
        .then(|| view! { <span class="handle" aria-hidden="true" title=words().drag></span> })
}

#[component]
fn RowButtons(row: RowState) -> impl IntoView {
    let words = words();
    let RowState {
        session,
        id,
        panels,
        ..
    } = row;
    let has_notes = row.with(|item| item.longdesc.is_some());
    let class = Signal::derive(move || {
        if has_notes.get() {
            "icon details-button with-notes"
        } else {
            "icon details-button"
        }
    });
    let open = view! {
        <RowButton
            id
            key="details"
            name=words.details
            class=class
            act=move || panels.open(Panel::Details(id))
        />
    };
    let change = session.may_write().then(|| {
        view! {
            <RowButton
                id
                key="edit"
                name=words.edit
                class="icon edit-button"
                act=move || row.begin_editing()
            />
            <RowButton
                id
                key="delete"
                name=words.delete
                class="icon destroy"
                act=move || session.destroy(id)
            />
        }
    });
    (open, change)
}

/// A button of a row. Its accessible name includes the row's title, such as "Edit milk".
#[component]
fn RowButton(
    id: Uuid,
    key: &'static str,
    name: &'static str,
    #[prop(into)] class: Signal<&'static str>,
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
