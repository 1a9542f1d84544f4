//! The page of one list.

mod announcer;
mod entry;
mod footer;
mod header;
mod help;
mod items;
mod lost_nodes;
mod menu;
mod notice_list;
mod open_panel;
mod panels;
mod row;
mod row_keys;
mod share;
mod status;
mod tally;
mod trash;
mod view;

use leptos::{
    either::{Either, EitherOf3},
    prelude::*,
};

use self::{
    announcer::Announcer,
    entry::NewItem,
    footer::Footer,
    header::Header,
    items::Items,
    notice_list::NoticeList,
    open_panel::{Around, OpenPanel, load_panels},
    panels::Panels,
    row::{Edit, provide_today},
    tally::tally,
    trash::Trash,
    view::{ListView, Shortcuts, VisibleRows},
};
use super::{
    not_found::{NotFound, NotShown},
    parts::Later,
    route::Filter,
};
use crate::{
    Error, Opened,
    client::{
        list_view::ListViewState, notices::Notices, page_data::PageData, recent, session::Session,
    },
    model::isolated,
    platform::{self, focus},
    words::words,
};

/// The page at `/<token>` and `/<token>/<filter>`.
#[component]
pub(crate) fn ListPage(
    token: String,
    filter: Signal<Filter>,
    data: Option<PageData>,
) -> impl IntoView {
    let data = data.unwrap_or_else(PageData::absent);
    let view_state = data.view_state;
    match data.opened {
        Ok(opened) => EitherOf3::A(view! { <OpenList token opened view_state filter/> }),
        Err(error @ (Error::UnknownList | Error::DestroyedList | Error::ReplacedLink)) => {
            let is_destroyed = error == Error::DestroyedList;
            let is_replaced = error == Error::ReplacedLink;
            EitherOf3::B(view! { <NotFound token is_destroyed is_replaced/> })
        }
        Err(error) => {
            let list = (error == Error::ReadOnly).then(|| format!("/{token}"));
            EitherOf3::C(view! { <NotShown list/> })
        }
    }
}

/// An opened list: from here on, everything it shows comes from its session.
#[component]
fn OpenList(
    token: String,
    opened: Opened,
    view_state: ListViewState,
    filter: Signal<Filter>,
) -> impl IntoView {
    let notices = Notices::default();
    let session = Session::new(token, opened, notices);
    // Both end with the page. The server only renders it.
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        crate::client::connection::start(session);
        crate::client::storage::start(session);
        if let Ok(import) = platform::body_attribute("data-imported").parse() {
            session.offer_undo_of(crate::ImportId(import));
        }
    });
    let state = session.sync_state();
    Effect::new(move |_| platform::set_body_attribute("data-sync", state.get().name()));
    Effect::new(move |_| {
        if session.gone().get() {
            // By a replaced link, what is kept here may be all that is left of what was typed.
            if !session.is_replaced() {
                recent::forget(&session.token());
            }
        } else {
            recent::remember(&session.token(), &session.list().get().title);
        }
    });
    let unseen = RwSignal::new(0);
    let caught_up = RwSignal::new(None);
    platform::name_document(move || {
        let title = session.list().get().title;
        let title = isolated(&title);
        match unseen.get() {
            0 => format!("{title} · Tandem"),
            unseen => format!("({unseen}) {title} · Tandem"),
        }
    });
    let empty = Memo::new(move |_| session.records().ids().read().is_empty());
    let in_trash = Memo::new(move |_| filter.get() == Filter::Trash);
    let view = ListView::new(session, filter, view_state);
    let tally = tally(session);
    let edit = Edit::new(session);
    let visible = VisibleRows::new(view, view.rows(edit.id()));
    let new_item = RwSignal::new(String::new());
    let panels = Panels::new(session, load_panels);
    let keys = Shortcuts::new(panels);
    keys.listen(session, view, visible);
    lost_nodes::watch(session, view, visible);
    provide_today();
    share::suggest(session, tally);
    let around = Around {
        session,
        panels,
        visible,
        keys,
        tally,
    };
    let items = move || {
        focus::keep();
        if empty.get() {
            Either::Left(view! { <p class="empty">{words().nothing_here}</p> })
        } else {
            Either::Right(view! {
                <Items session view visible edit panels tally/>
                <Footer session filter tally/>
            })
        }
    };
    view! {
        <main class="sheet list">
            <Header session state caught_up view panels/>
            {move || Later(session.gone().get().then(|| gone(session)))}
            <Trouble session/>
            {move || {
                if in_trash.get() {
                    Either::Left(view! { <Trash session/> })
                } else {
                    Either::Right(
                        view! {
                            {session.may_write().then(|| view! { <NewItem session panels text=new_item/> })}
                            {items}
                        },
                    )
                }
            }}
            <OpenPanel around/>
            <NoticeList session panels/>
            <Announcer session state unseen caught_up/>
        </main>
    }
}

/// Says why changes are not saved, if waiting alone does not help.
#[component]
fn Trouble(session: Session) -> impl IntoView {
    let words = words();
    let text = Memo::new(move |_| {
        let trouble = session.trouble().get()?;
        match trouble {
            Error::UnknownList if !session.gone().get() => Some(words.unknown_here.to_owned()),
            trouble if trouble.is_blocked() => {
                Some(format!("{} {}", words.error(&trouble), words.changes_kept))
            }
            _ => None,
        }
    });
    move || Later(text.get().map(|text| alert(format!("<p>{text}</p>"))))
}

/// Says what is wrong. Plain HTML, since it never changes: words need no escaping.
fn alert(html: String) -> impl IntoView {
    view! { <div class="gone" role="alert" inner_html=html></div> }
}

/// Says that the list was deleted, or its link replaced. Its items stay on the screen, to be copied.
fn gone(session: Session) -> impl IntoView {
    let words = words();
    let (what, why) = if session.is_replaced() {
        (words.link_replaced, words.link_replaced_why)
    } else {
        (words.gone, words.gone_why)
    };
    alert(format!(
        "<p><strong>{what}</strong>{why}</p><p><a class=\"button\" href=\"/\">{}</a></p>",
        words.to_the_start
    ))
}
