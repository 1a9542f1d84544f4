//! The product's models: [`List`], [`Item`], and [`Record`], which is either of them, since both
//! share one channel.

mod date;
mod import;
mod item;
mod lines;
mod list;
mod opened;
mod record;
mod text;
mod token;
mod visible;

pub use date::Date;
pub use import::ImportId;
pub use item::{Item, ItemPatch};
pub use lines::{Lines, ends_line, lines};
pub use list::{List, ListPatch};
pub use opened::{Access, Opened};
pub use record::{Record, RecordPatch};
pub use text::{Longdesc, Shortdesc, Title};
pub use token::Token;
pub(crate) use visible::{is_blank, isolated, trimmed};
