//! The small parts that the pages are made of.

mod composing;
mod field_error;
mod later;
mod logo;
mod sync_hydrate;

pub(crate) use self::{
    composing::is_composing, field_error::Problem, later::Later, logo::Logo,
    sync_hydrate::SyncHydrate,
};
