//! The app: which page a path shows.

use leptos::{either::EitherOf3, prelude::*};

use super::{
    landing::LandingPage,
    list::ListPage,
    not_found::NoSuchPage,
    parts::SyncHydrate,
    route::{Location, Route},
};
use crate::client::page_data::PageData;

/// Returns the app, for both sides. `data` is what the page of a list is made of.
pub(super) fn app(data: Option<PageData>) -> impl IntoView {
    let location = Location::provide();
    SyncHydrate(match location.route() {
        Route::Landing => EitherOf3::A(view! { <LandingPage/> }),
        Route::List { token, .. } => {
            EitherOf3::B(view! { <ListPage token filter=location.filter() data/> })
        }
        Route::Unknown { list } => EitherOf3::C(view! { <NoSuchPage list/> }),
    })
}
