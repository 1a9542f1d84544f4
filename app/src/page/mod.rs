//! The pages: the landing page, the list, and the page for links that lead nowhere.

mod announcer;
mod at_once;
mod data;
mod details;
mod drag;
mod due;
mod duplicate;
mod editor;
mod footer;
mod header;
mod help;
mod items;
mod keyboard;
mod landing;
mod later;
mod links;
mod list;
mod logo;
mod look;
mod menu;
mod new_item;
mod not_found;
mod notices;
mod paste;
mod problem;
mod rich;
mod route;
mod row;
mod search;
#[cfg(feature = "ssr")]
mod shell;
mod shown;
#[cfg(feature = "hydrate")]
mod start;
mod status;
mod trash;
mod turns;
mod view;

use leptos::{either::EitherOf3, ev::KeyboardEvent, prelude::*};

#[cfg(feature = "ssr")]
pub use self::{
    data::load_page,
    shell::{Assets, PageRequest, RenderedPage, render_page},
};

#[cfg(feature = "hydrate")]
pub use self::start::start;
use self::{
    at_once::AtOnce,
    landing::LandingPage,
    list::ListPage,
    not_found::NoSuchPage,
    route::{Location, Route},
};
pub(crate) use self::{data::PageData, drag::Target, look::Look};

/// A text for the middle of a sentence.
pub(crate) fn shortened(text: &str) -> String {
    const MOST: usize = 40;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
}

/// Whether the key belongs to an input method: what it ends or gives up is a word, and no text.
fn is_composing(event: &KeyboardEvent) -> bool {
    // Safari says of the key that ends a word only that it was one of those.
    event.is_composing() || event.key_code() == 229
}

/// The app, for both sides.
#[component]
pub fn App() -> impl IntoView {
    let location = Location::provide();
    AtOnce(match location.route() {
        Route::Landing => EitherOf3::A(view! { <LandingPage/> }),
        Route::List { token, .. } => {
            EitherOf3::B(view! { <ListPage token filter=location.filter()/> })
        }
        Route::Unknown { list } => EitherOf3::C(view! { <NoSuchPage list/> }),
    })
}
