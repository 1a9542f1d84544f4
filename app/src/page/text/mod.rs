//! People's texts: how they are compared and shown.

pub(crate) mod folding;
mod links;
pub(crate) mod rich;
