//! Social accounts connected to a team.

pub mod connect;
pub(crate) mod connection;
pub mod list;
pub mod view;
