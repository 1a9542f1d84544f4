//! All about one row, in a panel of its own: its title, notes, date, and place.

use leptos::{ev::Event, prelude::*};
use sync::{Place, Refusal};
use uuid::Uuid;

use crate::{
    Item, ItemPatch, Record,
    client::{notices::Notice, session::Session},
    html::escaped,
    page::{
        list::view::Shown,
        parts::{Later, Modal, ModalHead, ModalRef, Problem},
        text::{folding::Query, rich},
    },
    platform::{focus, rows},
    words::words,
};

/// Which row's panel is open, if any.
#[derive(Clone, Copy)]
pub(crate) struct Details(RwSignal<Option<Uuid>>);

impl Details {
    pub(crate) fn new() -> Self {
        Self(RwSignal::new(None))
    }

    pub(crate) fn open(self, id: Uuid) {
        self.0.set(Some(id));
    }
}

/// The panel, while it is open. The browser keeps the focus in it, and gives it back afterwards.
#[component]
pub(crate) fn DetailsPanel(session: Session, details: Details, shown: Shown) -> impl IntoView {
    let typed = RwSignal::new(None);
    keep_notes_of_a_deleted_row(session, details, typed);
    move || {
        let open = details.0.get();
        let row = open.and_then(|id| Some((id, session.records().row(id)?)));
        Later(row.map(|(id, row)| view! { <Panel session details shown id row=row.into() typed/> }))
    }
}

#[component]
fn Panel(
    session: Session,
    details: Details,
    shown: Shown,
    id: Uuid,
    row: Signal<Record>,
    /// Notes that are not saved yet.
    typed: RwSignal<Option<String>>,
) -> impl IntoView {
    let words = words();
    let modal = ModalRef::new();
    let problem = RwSignal::new(None::<Refusal>);
    let look = move |look: fn(&Item) -> String| {
        Memo::new(move |_| row.with(|row| row.as_item().map(look).unwrap_or_default()))
    };
    let title = look(|item| escaped(&item.shortdesc));
    let saved_notes = look(|item| item.longdesc.as_deref().unwrap_or_default().to_owned());
    let due = look(|item| item.due.map(|due| due.to_string()).unwrap_or_default());
    let is_section = row.with_untracked(|row| row.as_item().is_some_and(|item| item.issection));
    // Others' notes appear, unless there are some here that were not saved yet.
    let notes = Signal::derive(move || typed.get().unwrap_or_else(|| saved_notes.get()));
    let save_notes = move || {
        let Some(text) = typed.get_untracked() else {
            return;
        };
        let refused = session.patch(id, ItemPatch::longdesc(&*text)).err();
        let is_gone = matches!(refused, Some(Refusal::Destroyed | Refusal::NotFound));
        if is_gone {
            // There is nothing left to save it to.
            session
                .notices()
                .add(Notice::keeping(session.words().refused_destroyed, text));
        }
        if is_gone || refused.is_none() {
            typed.set(None);
        }
        problem.set(refused);
    };
    // While a day is typed, each of its parts makes another day: it is saved when the person leaves.
    let typed_day = StoredValue::new(None::<String>);
    let is_typing = StoredValue::new(false);
    let save_day = move || {
        is_typing.set_value(false);
        if let Some(day) = typed_day.try_update_value(Option::take).flatten()
            && day != due.get_untracked()
        {
            let day = (!day.is_empty()).then_some(day);
            problem.set(session.patch(id, ItemPatch::due(day)).err());
        }
    };
    // What cannot be saved keeps the panel open.
    let close = move |event: Event| {
        save_day();
        save_notes();
        // By the time that it is told, the panel may be open for another row.
        if !rows::is_closed(&event) {
            return;
        }
        if typed.with_untracked(Option::is_none) {
            details.0.set(None);
            // Its row may have been put elsewhere, and made anew.
            focus::give_back(id);
        } else {
            modal.show();
        }
    };
    // They follow what is typed: what appeared only when it is saved, on the way to a button, would
    // move that away from under the pointer.
    let links = move || {
        let html = rich::html(&notes.get(), &Query::default());
        html.contains("<a ")
            .then(|| view! { <p class="linked-notes" dir="auto" inner_html=html></p> })
    };
    let may_write = session.may_write();
    let told = move || {
        let last = session.notices().all();
        last.with(|all| {
            all.last()
                .map(|notice| escaped(&notice.text))
                .unwrap_or_default()
        })
    };
    view! {
        <Modal modal class="details" labelled_by="details-title" on_close=Box::new(close)>
            <ModalHead id="details-title" title/>
            {(!is_section)
                .then(|| {
                    view! {
                        <label class="field">
                            <span>{words.due}</span>
                            <input
                                type="date"
                                max="9999-12-31"
                                disabled=!may_write
                                prop:value=due
                                on:keydown=move |_| is_typing.set_value(true)
                                on:change=move |event| {
                                    // What is left of a day of which a part was taken away is no
                                    // wish to have none.
                                    typed_day.set_value(rows::day_of(&event));
                                    // It may be told when the field goes, with all that belonged to it.
                                    if is_typing.try_get_value() == Some(false) {
                                        save_day();
                                    }
                                }
                                on:blur=move |_| save_day()
                            />
                        </label>
                    }
                })}
            <label class="field">
                <span>{words.notes}</span>
                <textarea
                    rows="5"
                    dir="auto"
                    readonly=!may_write
                    prop:value=notes
                    on:input=move |event| typed.set(Some(event_target_value(&event)))
                    on:change=move |event| {
                        // Some programs that fill in fields or take dictation say this alone.
                        let text = event_target_value(&event);
                        // It is told as well when the field goes, with all that belonged to it.
                        if notes.try_get_untracked().is_some_and(|notes| text != notes) {
                            typed.set(Some(text));
                        }
                        save_notes();
                    }
                ></textarea>
            </label>
            <Problem problem/>
            // What is told outside of the panel is not heard while it is open.
            <p class="announcer" role="status" inner_html=told></p>
            {links}
            {may_write.then(|| view! { <MoveButtons shown id/> })}
        </Modal>
    }
}

/// Moving without dragging.
#[component]
fn MoveButtons(shown: Shown, id: Uuid) -> impl IntoView {
    let words = words();
    let button = |name: &'static str, class: &'static str, act: Box<dyn Fn()>| {
        view! {
            <button type="button" class=class aria-label=name title=name on:click=move |_| act()></button>
        }
    };
    let to = |place| Box::new(move || shown.put(id, place));
    let by_one = |down| Box::new(move || shown.move_by_one(id, down));
    view! {
        <div class="moves" role="group" aria-label=words.move_group>
            {button(words.move_to_start, "icon move-start", to(Place::Start))}
            {button(words.move_up, "icon move-up", by_one(false))}
            {button(words.move_down, "icon move-down", by_one(true))}
            {button(words.move_to_end, "icon move-end", to(Place::End))}
        </div>
    }
}

/// When somebody deletes the row, the panel closes, and notes that were not saved are kept.
fn keep_notes_of_a_deleted_row(
    session: Session,
    details: Details,
    typed: RwSignal<Option<String>>,
) {
    session.keep_typed(move |item| {
        if details.0.get_untracked() != Some(item.id) {
            return None;
        }
        let notes = typed.try_update(Option::take).flatten();
        details.0.set(None);
        let notes = notes?;
        let anew = ItemPatch {
            shortdesc: Some(item.shortdesc.to_string()),
            ..ItemPatch::longdesc(&*notes)
        };
        Some((notes, anew))
    });
}
