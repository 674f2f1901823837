//! Social accounts connected to a team.

pub mod connect;
pub(crate) mod connection;
pub mod disconnect;
pub mod get;
pub mod list;
pub mod reconnect;
pub mod update;
pub mod view;
