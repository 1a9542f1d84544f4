//! Adding items: the field for one, and the preview of several.

mod duplicate;
mod new_item;
mod paste;

pub(super) use self::{new_item::NewItem, paste::PastePreview};
