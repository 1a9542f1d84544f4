//! The details panel of a row: its title, notes, date and place.

use leptos::{ev::Event, prelude::*};
use sync::{Place, Refusal};
use uuid::Uuid;

use crate::{
    Item, ItemPatch, Record,
    client::{notices::Notice, session::Session},
    html::escaped,
    page::{
        list::{
            panels::Panels,
            view::{Direction, VisibleRows},
        },
        parts::{FieldError, Modal},
        text::{folding::Query, rich},
    },
    platform::{focus, rows},
    words::words,
};

/// The details panel. Notes that are being written when someone deletes the row are kept in a notice.
#[allow(clippy::too_many_lines, reason = "one panel, with all that it hears")]
#[component]
pub(crate) fn DetailsPanel(
    session: Session,
    panels: Panels,
    visible: VisibleRows,
    id: Uuid,
    row: Signal<Record>,
) -> impl IntoView {
    let words = words();
    let modal = Modal::shown();
    // Notes that are not saved yet.
    let typed = RwSignal::new(None::<String>);
    keep_notes_of_a_deleted_row(session, panels, id, typed);
    let problem = RwSignal::new(None::<Refusal>);
    let look = move |look: fn(&Item) -> String| {
        Memo::new(move |_| row.with(|row| row.as_item().map(look).unwrap_or_default()))
    };
    let title = look(|item| escaped(&item.shortdesc));
    let saved_notes = look(|item| item.longdesc.as_deref().unwrap_or_default().to_owned());
    let due = look(|item| item.due.map(|due| due.to_string()).unwrap_or_default());
    let is_section = row.with_untracked(|row| row.as_item().is_some_and(|item| item.issection));
    // Others' notes appear unless there are unsaved ones here.
    let notes = Signal::derive(move || typed.get().unwrap_or_else(|| saved_notes.get()));
    let save_notes = move || {
        // The events also come when the panel is removed with its signals.
        let Some(Some(text)) = typed.try_get_untracked() else {
            return;
        };
        let refused = session.patch(id, ItemPatch::longdesc(&*text)).err();
        let is_gone = matches!(refused, Some(Refusal::Destroyed | Refusal::NotFound));
        if is_gone {
            // There is no item left to save it to.
            session
                .notices()
                .add(Notice::keeping(session.words().refused_destroyed, text));
        }
        if is_gone || refused.is_none() {
            typed.set(None);
        }
        problem.set(refused);
    };
    // While a date is typed, each part makes another date, so it is saved on leaving the field.
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
    // Notes that cannot be saved keep the panel open.
    let close = move |event: Event| {
        save_day();
        save_notes();
        // When the event arrives, the panel may be open for another row.
        if !rows::is_closed(&event) {
            return;
        }
        if typed.with_untracked(Option::is_none) {
            panels.close();
            // The row may have been moved and built anew.
            focus::give_back(id);
        } else {
            modal.show();
        }
    };
    // Links follow what is typed: if they appeared on saving, on the way to a button, the button
    // would move away from under the pointer.
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
    let content = view! {
            <form method="dialog" class="details-head">
            <h2 id="details-title" dir="auto" inner_html=title></h2>
            <button class="icon dismiss" aria-label=words.close></button>
        </form>
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
                                    // An incomplete date is not a wish to remove it.
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
            <label class="field" data-of=id.to_string()>
                <span>{words.notes}</span>
                <textarea
                    rows="5"
                    dir="auto"
                    readonly=!may_write
                    prop:value=notes
                    on:input=move |event| typed.set(Some(event_target_value(&event)))
                    on:change=move |event| {
                        // Some programs that fill in forms or take dictation send only this event.
                        let text = event_target_value(&event);
                        // The event also comes when the field is removed with its signals.
                        if notes.try_get_untracked().is_some_and(|notes| text != notes) {
                            typed.set(Some(text));
                        }
                        save_notes();
                    }
                ></textarea>
            </label>
            <FieldError problem/>
            // Screen readers announce nothing outside an open dialog.
            <p class="announcer" role="status" inner_html=told></p>
            {links}
            {may_write.then(|| view! { <MoveButtons visible id/> })}
    };
    modal.view("details", "details-title", close, content)
}

/// Buttons that move the row without dragging.
#[component]
fn MoveButtons(visible: VisibleRows, id: Uuid) -> impl IntoView {
    let words = words();
    let button = |name: &'static str, class: &'static str, act: Box<dyn Fn()>| {
        view! {
            <button type="button" class=class aria-label=name title=name on:click=move |_| act()></button>
        }
    };
    let to = |place| Box::new(move || visible.put(id, place));
    let by_one = |direction| Box::new(move || visible.move_by_one(id, direction));
    view! {
        <div class="moves" role="group" aria-label=words.move_group>
            {button(words.move_to_start, "icon move-start", to(Place::Start))}
            {button(words.move_up, "icon move-up", by_one(Direction::Up))}
            {button(words.move_down, "icon move-down", by_one(Direction::Down))}
            {button(words.move_to_end, "icon move-end", to(Place::End))}
        </div>
    }
}

/// Closes the panel when someone deletes its row, and keeps unsaved notes.
fn keep_notes_of_a_deleted_row(
    session: Session,
    panels: Panels,
    id: Uuid,
    typed: RwSignal<Option<String>>,
) {
    session.keep_typed(move |item| {
        if item.id != id {
            return None;
        }
        panels.close();
        let notes = typed.try_update(Option::take).flatten()?;
        let anew = ItemPatch {
            shortdesc: Some(item.shortdesc.to_string()),
            ..ItemPatch::longdesc(&*notes)
        };
        Some((notes, anew))
    });
}
