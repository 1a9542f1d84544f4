//! Texts of people: how they are compared, and how they are shown.

pub(crate) mod folding;
mod links;
pub(crate) mod rich;
