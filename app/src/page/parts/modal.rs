//! Dialogs above the page.

use leptos::{ev::Event, html, prelude::*};

/// A modal dialog. The browser keeps the focus in it while it is shown, and gives it back afterwards.
#[derive(Clone, Copy)]
pub(crate) struct Modal(NodeRef<html::Dialog>);

impl Modal {
    /// Returns a dialog that is shown by [`Modal::show`].
    pub(crate) fn new() -> Self {
        Self(NodeRef::new())
    }

    /// Returns a dialog that is shown as soon as it is on the page.
    pub(crate) fn shown() -> Self {
        let modal = Self::new();
        Effect::new(move |_| {
            modal.0.track();
            modal.show();
        });
        modal
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

    /// Returns the dialog for the page. `labelled_by` is the id of the element that names it.
    ///
    /// `on_close` is called after each closing. By then, the dialog may be removed or open again: see
    /// [`rows::is_closed`](crate::platform::rows::is_closed).
    pub(crate) fn view(
        self,
        class: &'static str,
        labelled_by: &'static str,
        on_close: impl Fn(Event) + 'static,
        content: impl IntoView,
    ) -> impl IntoView {
        view! {
            <dialog class=class node_ref=self.0 aria-labelledby=labelled_by on:close=on_close>
                {content}
            </dialog>
        }
    }
}
