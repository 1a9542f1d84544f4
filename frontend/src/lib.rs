//! The WASM entry: takes over the page that the server rendered.

// The pages are one type each, as deep as their markup.
#![recursion_limit = "256"]

/// Called once by the page, when the module has loaded; see [`app::start`].
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn start(anew: bool) {
    #[cfg(debug_assertions)]
    console_error_panic_hook::set_once();
    app::start(anew);
}
