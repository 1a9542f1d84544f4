//! What browser and server share: the models, the server functions, the reactive collections and the
//! pages.

pub mod api;
mod error;
mod model;
#[cfg(feature = "ssr")]
pub mod service;

pub use error::Error;
pub use model::{
    Item, ItemPatch, List, ListPatch, Longdesc, Record, RecordPatch, Shortdesc, Title,
};

use leptos::prelude::*;

/// The page's root component.
#[component]
pub fn App() -> impl IntoView {
    view! { <p>"Tandem"</p> }
}

/// Where the browser finds what the page needs: paths on this server, named by content.
#[derive(Clone, Debug, Default)]
pub struct Assets {
    /// The module that loads the WASM.
    pub js: String,
    /// The WASM.
    pub wasm: String,
    /// The style sheet.
    pub css: String,
}

/// The whole document, as the server sends it.
#[cfg(feature = "ssr")]
pub fn shell(options: LeptosOptions, assets: &Assets) -> impl IntoView {
    let _ = (options, assets);
    view! { <App/> }
}
