//! The person who is signed in: profile, password, address, sessions, and providers to sign in at.

pub mod change_email;
pub mod change_password;
pub mod delete;
pub mod end_session;
pub mod end_sessions;
pub mod get;
pub mod link_identity;
pub mod list_sessions;
mod proof;
pub mod unlink_identity;
pub mod update;
pub mod view;
