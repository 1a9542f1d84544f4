//! Notices when others, such as extensions, have removed nodes that new rows or notices need.

use leptos::prelude::*;

use super::view::{ListView, VisibleRows};
use crate::{
    client::{notices::Notices, session::Session},
    page::route::Filter,
    platform::rows,
};

/// What the page shows one of for each row or notice.
const SHOWN: &str = ".todo-list>[data-id],.notices>.notice";

/// Reports it when fewer rows and notices are on the screen than should be. The page is then built anew.
pub(super) fn watch(session: Session, view: ListView, visible: VisibleRows) {
    let notices = session.notices();
    Effect::new(move |_| {
        visible.rows().track();
        notices.all().track();
        session.records().track();
        request_animation_frame(move || {
            if rows::count(SHOWN) < expected(view, visible, notices) {
                rows::report_lost();
            }
        });
    });
}

fn expected(view: ListView, visible: VisibleRows, notices: Notices) -> usize {
    let rows = match view.filter.get_untracked() {
        Filter::Trash => 0,
        _ => visible.rows().with_untracked(Vec::len),
    };
    rows + notices.all().with_untracked(Vec::len)
}
