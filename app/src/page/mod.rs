//! The pages: the landing page, the list, and the page for links that lead nowhere.

mod announcer;
mod at_once;
mod footer;
mod header;
mod items;
mod landing;
mod list;
mod logo;
mod new_item;
mod not_found;
mod notices;
mod problem;
#[cfg(feature = "ssr")]
mod shell;
mod status;

use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::{
    SsrMode,
    components::{FlatRoutes, Route, Router},
    path,
};

#[cfg(feature = "ssr")]
pub use shell::{Assets, shell};

pub(crate) use self::items::shortened;
use self::{landing::LandingPage, list::ListPage, not_found::NotFound};
use crate::platform;

/// The app, for both sides.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    // Effects run only in the browser, once the page has been taken over.
    Effect::new(|_| platform::set_body_attribute("data-hydrated", ""));
    view! {
        <Router>
            <FlatRoutes fallback=|| view! { <NotFound/> }>
                <Route path=path!("/") view=LandingPage ssr=SsrMode::Async/>
                <Route path=path!("/:token/:filter?") view=ListPage ssr=SsrMode::Async/>
            </FlatRoutes>
        </Router>
    }
}
