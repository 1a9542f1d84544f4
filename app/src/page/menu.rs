//! What can be done with the list as a whole, besides what its page shows.

use leptos::prelude::*;
use leptos_router::components::A;

use super::view::View;
use crate::{
    platform::{self, rows},
    session::Session,
    words::words,
};

const MENU: &str = "menu";

/// The menu, and the button that opens it. The browser opens and closes it, with or without WASM.
#[component]
pub(super) fn Menu(session: Session, view: View) -> impl IntoView {
    let words = words();
    let address = move |path: &str| format!("/{}/{path}", session.token());
    let writes = session.may_write().then(|| {
        view! {
            <Entry name=words.undo act=move || session.undo() off=move || !session.can_undo()/>
            <Entry name=words.redo act=move || session.redo() off=move || !session.can_redo()/>
            <Entry name=words.untick_all act=move || session.set_all_done(false) off=|| false/>
        }
    });
    let search = move || {
        view.query.update(|query| _ = query.get_or_insert_default());
        rows::focus_search();
    };
    let help = move || _ = rows::show_help();
    let file = move |path: &str, name: &'static str| {
        view! { <li><a href=address(path) rel="external" download>{name}</a></li> }
    };
    let page = move |path: &str, name: &'static str| {
        view! { <li><a href=address(path) rel="external">{name}</a></li> }
    };
    view! {
        <button type="button" class="icon more" aria-label=words.menu popovertarget=MENU></button>
        <div id=MENU class="menu" popover>
            <ul>
                {writes}
                <Entry name=words.search act=search off=|| false/>
                <li>
                    <button
                        type="button"
                        aria-pressed=move || view.sinks.get().to_string()
                        on:click=move |_| view.toggle_sinks()
                    >
                        {words.sink_done}
                    </button>
                </li>
                <li on:click=move |_| platform::hide_popover(MENU)>
                    <A href=address("trash")>{words.trash}</A>
                </li>
            </ul>
            <ul>
                {session.may_write().then(|| page("import", words.import))}
                {page("print", words.print)}
            </ul>
            <p id="export-title">{words.export_as}</p>
            <ul aria-labelledby="export-title" class="formats">
                {file("export.md", "Markdown")}
                {file("export.txt", words.plain_text)}
                {file("export.json", "JSON")}
            </ul>
            <ul>
                <Entry name=words.shortcuts act=help off=|| false/>
            </ul>
        </div>
    }
}

/// A button that closes the menu too.
#[component]
fn Entry(
    name: &'static str,
    act: impl Fn() + 'static,
    off: impl Fn() -> bool + Send + Sync + 'static,
) -> impl IntoView {
    let off: Signal<bool> = Signal::derive(off);
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
