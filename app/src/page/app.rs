//! The app: chooses the page for a path.

use leptos::{either::EitherOf3, prelude::*};

use super::{
    landing::LandingPage,
    list::ListPage,
    not_found::NoSuchPage,
    route::{Location, Route},
};
use crate::client::page_data::PageData;

/// Returns the app's view, on both sides. `data` is that of a list's page.
pub(super) fn app(data: Option<PageData>) -> impl IntoView {
    let location = Location::provide();
    match location.route() {
        Route::Landing => EitherOf3::A(view! { <LandingPage/> }),
        Route::List { token, .. } => {
            EitherOf3::B(view! { <ListPage token filter=location.filter() data/> })
        }
        Route::Unknown { list } => EitherOf3::C(view! { <NoSuchPage list/> }),
    }
}
