//! The document around the app: rendered by the server, taken over in the browser.

#[cfg(feature = "ssr")]
mod load;
#[cfg(feature = "ssr")]
mod render;
#[cfg(feature = "ssr")]
mod shape;
#[cfg(feature = "hydrate")]
mod start;

#[cfg(feature = "hydrate")]
pub use self::start::{Start, start};
#[cfg(feature = "ssr")]
pub use self::{
    load::load_page,
    render::{Assets, PageRequest, RenderedPage, render_page},
};
