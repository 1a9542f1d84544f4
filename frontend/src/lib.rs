//! The WASM entry: takes over the page that the server rendered.

// The pages are one type each, as deep as their markup.
#![recursion_limit = "256"]

/// Starts the program, once the module has loaded. The page says whether the nodes have to be made
/// `anew`: see [`app::Start`].
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn start(anew: bool) {
    #[cfg(debug_assertions)]
    console_error_panic_hook::set_once();
    app::start(if anew {
        app::Start::Anew
    } else {
        app::Start::TakeOver
    });
}
