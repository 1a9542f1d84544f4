//! The menu: further actions on the whole list.

use leptos::prelude::*;

use super::{
    panels::{Panel, Panels},
    view::ListView,
};
use crate::{
    client::session::Session,
    page::route::{Filter, ViewLink},
    platform,
    words::words,
};

const MENU: &str = "menu";

/// The menu and its button. The browser opens and closes it, with or without WASM.
#[component]
pub(crate) fn Menu(session: Session, view: ListView, panels: Panels) -> impl IntoView {
    let words = words();
    let address = move |path: &str| format!("/{}/{path}", session.token());
    let writes = session.may_write().then(|| {
        let no_undo = Signal::derive(move || !session.can_undo());
        let no_redo = Signal::derive(move || !session.can_redo());
        [
            entry(words.undo, no_undo, Box::new(move || session.undo())),
            entry(words.redo, no_redo, Box::new(move || session.redo())),
            entry(
                words.untick_all,
                false.into(),
                Box::new(move || session.set_all_done(false)),
            ),
        ]
    });
    let no_rows = Signal::derive(move || {
        view.filter.get() == Filter::Trash || session.records().ids().read().is_empty()
    });
    let search = move || view.open_search();
    let sinks = Signal::derive(move || view.sinks.get().to_string());
    let trash = session.may_write().then(|| address("trash"));
    // None of these change, and plain HTML costs the bundle next to nothing.
    let pages = [
        session.may_write().then_some(("links", words.links)),
        session.may_write().then_some(("import", words.import)),
        Some(("print", words.print)),
    ];
    let pages = links(
        pages
            .into_iter()
            .flatten()
            .map(|(path, name)| (address(path), name)),
    );
    let files = [
        ("export.md", "Markdown"),
        ("export.txt", words.plain_text),
        ("export.json", "JSON"),
    ];
    let files = links(files.into_iter().map(|(path, name)| (address(path), name)));
    view! {
        <button type="button" class="icon more" aria-label=words.menu popovertarget=MENU></button>
        <div id=MENU class="menu" popover>
            <ul>
                {writes}
                {entry(words.search, no_rows, Box::new(search))}
                <li>
                    <button type="button" aria-pressed=sinks on:click=move |_| view.toggle_sinks()>
                        {words.sink_done}
                    </button>
                </li>
                {trash
                    .map(|trash| {
                        view! {
                            <li on:click=move |_| platform::hide_popover(MENU)>
                                <ViewLink href=trash class="" name=words.trash/>
                            </li>
                        }
                    })}
            </ul>
            <ul inner_html=pages></ul>
            <p id="export-title">{words.export_as}</p>
            <ul aria-labelledby="export-title" class="formats" inner_html=files></ul>
            <ul>{entry(words.shortcuts, false.into(), Box::new(move || panels.open(Panel::Help)))}</ul>
            {session
                .may_write()
                .then(|| {
                    let delete = entry(
                        words.delete_list,
                        session.gone().into(),
                        Box::new(move || panels.open(Panel::DeleteList)),
                    );
                    view! { <ul class="danger">{delete}</ul> }
                })}
        </div>
    }
}

/// Returns links as HTML. Addresses contain a token and names are ours, so nothing needs escaping.
fn links(links: impl Iterator<Item = (String, &'static str)>) -> String {
    let link = |(href, name)| format!("<li><a href=\"{href}\">{name}</a></li>");
    links.map(link).collect()
}

/// A menu item, which also closes the menu.
fn entry(name: &'static str, off: Signal<bool>, act: Box<dyn Fn()>) -> impl IntoView + use<> {
    view! {
        <li>
            <button
                type="button"
                disabled=off
                popovertarget=MENU
                popovertargetaction="hide"
                on:click=move |_| act()
            >
                {name}
            </button>
        </li>
    }
}
