//! What browser and server share: models, reactive collections, server functions and pages.

#![allow(unreachable_pub, reason = "the component macro writes its items `pub`")]

#[expect(
    missing_docs,
    reason = "the macro's argument structs; the functions are documented"
)]
pub mod api;
#[cfg(not(any(feature = "ssr", feature = "hydrate")))]
compile_error!("build `app` for one side: with the feature `ssr` or `hydrate`");

pub mod client;
mod codec;
mod error;
mod html;
mod model;
pub mod outline;
mod page;
mod platform;
#[cfg(feature = "ssr")]
pub mod service;
mod words;

#[cfg(feature = "ssr")]
pub use client::page_data::PageData;
pub use error::Error;
pub use html::escaped;
pub use model::{
    Access, Date, ImportId, Item, ItemPatch, Lines, List, ListPatch, Longdesc, Opened, Record,
    RecordPatch, Shortdesc, Title, Token, ends_line, lines,
};
#[cfg(feature = "ssr")]
pub use page::{Assets, PageRequest, RenderedPage, load_page, render_page};
#[cfg(feature = "hydrate")]
pub use page::{Start, start};
#[cfg(feature = "ssr")]
pub use words::weighted;
pub use words::{
    Words, accepted as accepted_words, count as count_in_words, of_language as words_of_language,
};
