//! The open panel. Most visits open none, so the code of panels is a part of its own, which is loaded when
//! the first one opens.

use std::{
    pin::{Pin, pin},
    task::{Context, Poll, Waker},
};

use leptos::{
    prelude::*,
    wasm_split::{SplitLoaderError, wasm_split},
};

use super::{
    entry::PastePreview,
    header::DeleteList,
    help::Help,
    panels::{Panel, Panels},
    row::DetailsPanel,
    share::Share,
    tally::Tally,
    view::{Shortcuts, VisibleRows},
};
use crate::{
    client::session::Session,
    outline,
    page::parts::{Built, Later},
    platform::rows,
};

/// What panels know of the page.
#[derive(Clone, Copy)]
pub(crate) struct Around {
    pub(crate) session: Session,
    pub(crate) panels: Panels,
    pub(crate) visible: VisibleRows,
    pub(crate) keys: Shortcuts,
    pub(crate) tally: Memo<Tally>,
}

/// The place of the panels on the page.
#[component]
pub(crate) fn OpenPanel(around: Around) -> impl IntoView {
    let Panels {
        open, is_loaded, ..
    } = around.panels;
    move || {
        let panel = is_loaded.get().then(|| open.get()).flatten();
        let built = panel.map(|panel| now(build(panel, around)).and_then(Result::ok).flatten());
        if matches!(built, Some(None)) {
            around.panels.close();
        }
        Later(built.flatten())
    }
}

/// Returns a panel's view, or `None` if what it is about is gone.
#[wasm_split(panels, fallible, preload(load), wasm_split_path = leptos::wasm_split)]
fn build(panel: Panel, around: Around) -> Result<Option<Built>, SplitLoaderError> {
    let Around {
        session,
        panels,
        visible,
        keys,
        tally,
    } = around;
    Ok(match panel {
        Panel::Details(id) => session.records().row(id).map(|row| {
            Built::new(view! { <DetailsPanel session panels visible id row=row.into()/> })
        }),
        Panel::Paste(text) => {
            let outline = outline::read(&text);
            if outline.items.is_empty() {
                // Only rules and such: a text like any other.
                rows::type_into_field(&text);
                return Ok(None);
            }
            Some(Built::new(view! { <PastePreview session panels outline/> }))
        }
        Panel::Help => Some(Built::new(view! { <Help session panels keys/> })),
        Panel::DeleteList => Some(Built::new(view! { <DeleteList session panels tally/> })),
        Panel::Share => Some(Built::new(view! { <Share session panels/> })),
    })
}

/// Loads the code of the panels. Returns whether it is there.
pub(super) fn load_panels() -> Pin<Box<dyn Future<Output = bool>>> {
    Box::pin(async { load().await.is_ok() })
}

/// Returns what a function of a loaded part returns.
fn now<T>(call: impl Future<Output = T>) -> Option<T> {
    match pin!(call).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}
