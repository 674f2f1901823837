//! The members of a team.

pub mod add;
pub mod change_role;
pub mod list;
pub mod remove;
pub mod view;
