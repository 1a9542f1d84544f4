//! The app: which page a path shows.

use leptos::{either::EitherOf3, prelude::*};

use super::{
    landing::LandingPage,
    list::ListPage,
    not_found::NoSuchPage,
    parts::SyncHydrate,
    route::{Location, Route},
};

/// The app, for both sides.
#[component]
pub(super) fn App() -> impl IntoView {
    let location = Location::provide();
    SyncHydrate(match location.route() {
        Route::Landing => EitherOf3::A(view! { <LandingPage/> }),
        Route::List { token, .. } => {
            EitherOf3::B(view! { <ListPage token filter=location.filter()/> })
        }
        Route::Unknown { list } => EitherOf3::C(view! { <NoSuchPage list/> }),
    })
}
