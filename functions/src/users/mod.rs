//! The deployment's people, for its admins.

pub mod list;
pub mod update;
