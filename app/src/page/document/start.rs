//! The program's entry point: takes over the page that the server rendered, or builds it anew.

use any_spawner::Executor;
use leptos::{
    prelude::*,
    reactive::owner::Owner,
    tachys::{
        hydration::Cursor,
        renderer::types::Element,
        view::{Mountable, PositionState},
    },
    task::spawn_local,
};

use crate::{
    client::page_data::PageData,
    page::{app::app, route::Route},
    platform::{self, DATA, ROOT},
};

/// How the program begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// It takes over the nodes in the page's root element, which must be those that the server has
    /// written.
    TakeOver,
    /// It makes the nodes from the page's data, in the place of all that the root holds.
    Anew,
}

/// Starts the program. Does nothing without a root element.
///
/// The page says that it has been taken over once all that belongs to that has been done.
pub fn start(how: Start) {
    let Some(root) = document().get_element_by_id(ROOT) else {
        return;
    };
    // It only fails if it is done already.
    let _ = Executor::init_wasm_bindgen();
    let owner = Owner::new();
    owner.with(|| take_over(&root, how));
    // It lives as long as the page.
    std::mem::forget(owner);
    // Runs after the effects of all components, since tasks run in order.
    spawn_local(async { platform::set_body_attribute("data-hydrated", "") });
}

fn take_over(root: &Element, how: Start) {
    let data = platform::text_of(DATA);
    let data: Option<PageData> = data.and_then(|json| serde_json::from_str(&json).ok());
    let is_list = matches!(Route::of(&platform::path()), Route::List { .. });
    if data.is_none() && is_list && how == Start::TakeOver {
        // The page that is shown without its data has other nodes.
        platform::fail("the data of the page is missing");
    }
    let view = app(data).into_view();
    if how == Start::Anew {
        root.set_inner_html("");
        let mut state = view.build();
        state.mount(root, None);
        std::mem::forget(state);
    } else {
        let state = view.hydrate::<true>(&Cursor::new(root.clone()), &PositionState::default());
        std::mem::forget(state);
    }
}
