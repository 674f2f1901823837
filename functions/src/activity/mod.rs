//! The activity log.

pub(crate) mod chain;
mod filter;
pub mod list;
pub mod view;
