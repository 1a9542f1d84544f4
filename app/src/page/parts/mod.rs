//! The small parts that the pages are made of.

mod built;
mod field_error;
mod keys;
mod later;
mod logo;
mod modal;
mod text_field;

pub(crate) use self::{
    built::Built,
    field_error::FieldError,
    keys::{code, is_composing, key},
    later::Later,
    logo::Logo,
    modal::Modal,
    text_field::{Ending, TextField},
};
