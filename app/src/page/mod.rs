//! The pages: the landing page, the list, and the page for links that lead nowhere.

mod app;
mod document;
mod landing;
mod list;
mod not_found;
mod parts;
mod route;
mod text;

#[cfg(feature = "ssr")]
pub use self::document::{Assets, PageRequest, RenderedPage, load_page, render_page};
#[cfg(feature = "hydrate")]
pub use self::document::{Start, start};
