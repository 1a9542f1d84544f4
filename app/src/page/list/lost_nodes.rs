//! Notices when others, such as extensions, have removed nodes that new rows need.

use leptos::prelude::*;

use super::view::{ListView, VisibleRows};
use crate::{client::session::Session, page::route::Filter, platform::rows};

/// A row, wherever in the list others have put it. Notices do not count: some blockers remove those of any
/// page, which is no reason to build it anew.
const ROW: &str = ".todo-list li[data-id]";

/// Reports it when fewer rows are on the screen than should be. The page is then built anew.
pub(super) fn watch(session: Session, view: ListView, visible: VisibleRows) {
    Effect::new(move |_| {
        visible.rows().track();
        session.records().track();
        request_animation_frame(move || {
            if rows::count(ROW) < expected(view, visible) {
                rows::report_lost();
            }
        });
    });
}

fn expected(view: ListView, visible: VisibleRows) -> usize {
    match view.filter.get_untracked() {
        Filter::Trash => 0,
        _ => visible.rows().with_untracked(Vec::len),
    }
}
