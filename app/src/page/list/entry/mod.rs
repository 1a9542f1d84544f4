//! Adding items: the field for one, and a look at many before they are added.

mod duplicate;
mod new_item;
mod paste;

pub(super) use self::new_item::NewItem;
