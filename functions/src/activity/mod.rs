//! The activity log.

pub mod list;
pub mod view;
