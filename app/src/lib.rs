//! What browser and server share: the models, the reactive collections, the server functions and
//! the pages.

#![allow(unreachable_pub, reason = "the component macro writes its items `pub`")]

#[expect(
    missing_docs,
    reason = "the macro's argument structs; the functions are documented"
)]
pub mod api;
mod codec;
pub mod collection;
mod error;
mod folding;
mod keep;
mod live;

mod model;
pub mod notices;
pub mod outline;
mod page;
mod platform;
mod preference;
mod recent;
#[cfg(feature = "ssr")]
pub mod service;
pub mod session;
mod typed;
mod words;

pub use error::Error;
pub use model::{
    Date, Item, ItemPatch, Lines, List, ListPatch, Longdesc, Record, RecordPatch, Shortdesc, Title,
    ends_line, lines,
};
#[cfg(feature = "hydrate")]
pub use page::start;
#[cfg(feature = "ssr")]
pub use page::{Assets, PageRequest, RenderedPage, load_page, render_page};
#[cfg(feature = "ssr")]
pub use preference::weighted;
pub use words::{Words, accepted as accepted_words, of_language as words_of_language};
