//! Dialogs above the page.

use leptos::{
    children::TypedChildren,
    ev::{self, Event},
    html,
    prelude::*,
};

use crate::words::words;

/// A handle that shows and closes a dialog.
#[derive(Clone, Copy)]
pub(crate) struct ModalRef(NodeRef<html::Dialog>);

impl ModalRef {
    pub(crate) fn new() -> Self {
        Self(NodeRef::new())
    }

    /// Shows the dialog, if it is on the page and not shown yet.
    pub(crate) fn show(self) {
        if let Some(dialog) = self.0.get_untracked()
            && !dialog.open()
        {
            // It only fails when it is open already.
            let _ = dialog.show_modal();
        }
    }

    /// Closes the dialog. The browser gives the focus back to where it was.
    pub(crate) fn close(self) {
        if let Some(dialog) = self.0.get_untracked() {
            dialog.close();
        }
    }
}

/// A modal dialog, shown as soon as it is on the page. The browser keeps the focus in it, and gives
/// it back afterwards.
#[component]
pub(crate) fn Modal<V: IntoView + 'static>(
    modal: ModalRef,
    class: &'static str,
    /// The id of the element that names it.
    labelled_by: &'static str,
    /// Called after each closing. By then, the dialog may be removed or open again: see
    /// [`rows::is_closed`](crate::platform::rows::is_closed).
    on_close: Box<dyn Fn(Event)>,
    children: TypedChildren<V>,
) -> impl IntoView {
    Effect::new(move |_| {
        modal.0.track();
        modal.show();
    });
    view! {
        <dialog
            class=class
            node_ref=modal.0
            aria-labelledby=labelled_by
            on:close=move |event: ev::Event| on_close(event)
        >
            {children.into_inner()()}
        </dialog>
    }
}

/// The head of a dialog: its title, as HTML, and a button that closes it.
#[component]
pub(crate) fn ModalHead(id: &'static str, #[prop(into)] title: Signal<String>) -> impl IntoView {
    view! {
        <form method="dialog" class="details-head">
            <h2 id=id dir="auto" inner_html=title></h2>
            <button class="icon dismiss" aria-label=words().close></button>
        </form>
    }
}
