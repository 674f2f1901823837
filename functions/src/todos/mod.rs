//! What waits for you.

pub mod list;
