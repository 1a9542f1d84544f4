//! The WASM entry: takes over the page that the server rendered.

// The pages are one type each, as deep as their markup.
#![recursion_limit = "256"]

/// Called once by the page, when the module has loaded.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    #[cfg(debug_assertions)]
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(app::App);
}
