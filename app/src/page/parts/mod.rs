//! The small parts that the pages are made of.

mod composing;
mod field_error;
mod later;
mod logo;
mod modal;
mod sync_hydrate;
mod text_field;

pub(crate) use self::{
    composing::is_composing,
    field_error::FieldError,
    later::Later,
    logo::Logo,
    modal::{Modal, ModalHead, ModalRef},
    sync_hydrate::SyncHydrate,
    text_field::{Ending, TextField},
};
