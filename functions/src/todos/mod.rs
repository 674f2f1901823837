//! What waits for people.

pub mod dismiss;
pub mod list;
pub mod view;
