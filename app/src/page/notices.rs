//! What the person should be told, at the bottom of the page.

use leptos::prelude::*;

use crate::session::Session;

/// The notices. What was typed and could not be kept elsewhere stands in them.
#[component]
pub(crate) fn NoticeList(session: Session) -> impl IntoView {
    let notices = session.notices();
    view! {
        <div class="notices" role="status">
            <For each=move || notices.all().get() key=|notice| notice.id let:notice>
                <div class="notice">
                    <p>{notice.text.clone()}</p>
                    {notice.draft.clone().map(|draft| view! { <Draft draft/> })}
                    <button
                        type="button"
                        class="icon dismiss"
                        aria-label="Dismiss"
                        on:click=move |_| notices.dismiss(notice.id)
                    ></button>
                </div>
            </For>
        </div>
    }
}

#[component]
fn Draft(draft: String) -> impl IntoView {
    view! { <textarea class="draft" readonly rows="2" aria-label="What you typed">{draft}</textarea> }
}
